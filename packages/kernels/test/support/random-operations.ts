import type { SeededRandom } from '@ablation-cam/tools/testing';
import type { Shape } from '../../src/index.ts';
import { addDenseBlock, addGate, addPooledConvolution, addResidual } from './random-blocks.ts';
import { addConcatenate, addMerge } from './random-joins.ts';
import { product, type TailDrawing } from './tail-drawing.ts';

const KINDS = [
  'activation',
  'activation',
  'affine',
  'prelu',
  'dense',
  'convolution',
  'convolution',
  'depthwise',
  'pool',
  'pool',
  'global-pool',
  'softmax',
  'layer-normalization',
  'group-normalization',
  'reshape',
  'permute',
  'pad',
  'crop',
  'resize',
  'repeat',
  'merge',
  'merge',
  'concatenate',
  'concatenate',
  'residual',
  'gate',
  'dense-block',
  'pooled-convolution',
] as const;

/** Adds an operation of a random kind, or nothing where the kind does not fit the tensor it drew. */
export function addRandomOperation(drawing: TailDrawing): void {
  const { random } = drawing;
  const x = drawing.pickNode();
  const shape = drawing.shape(x);
  const rank = shape.length;
  const slides = rank === 2 || rank === 3;
  const channels = shape.at(-1) ?? 1;
  const kind = random.pick(KINDS);
  switch (kind) {
    case 'activation':
      if (random.uniform() < 0.15) drawing.positiveFunction(x);
      else drawing.add(drawing.activation(), [x], shape);
      return;
    case 'affine':
      drawing.affine(x);
      return;
    case 'prelu': {
      const slopeShape = shape.map((length) => (random.uniform() < 0.5 ? 1 : length));
      drawing.add({ kind, slope: random.floats(product(slopeShape), -0.5, 0.5), slopeShape }, [x], shape);
      return;
    }
    case 'dense':
      drawing.dense(x, random.integer(1, 5));
      return;
    case 'convolution':
      if (slides) drawing.convolution(x, random.integer(1, 5));
      return;
    case 'depthwise':
      if (slides) drawing.depthwise(x);
      return;
    case 'pool':
      if (slides) drawing.pool(x);
      return;
    case 'global-pool':
      if (rank > 1) drawing.globalPool(x, random.uniform() < 0.3 ? shape.slice(0, -1).map(() => 1) : []);
      return;
    case 'softmax':
      drawing.add({ kind, log: random.uniform() < 0.3 }, [x], shape);
      return;
    case 'layer-normalization': {
      const axes = shape.map((_, axis) => axis).filter(() => random.uniform() < 0.5);
      if (axes.length === 0) axes.push(rank - 1);
      const size = product(axes.map((axis) => shape[axis] ?? 1));
      const [gamma, beta] = [
        drawing.maybe(() => random.floats(size)),
        drawing.maybe(() => random.floats(size)),
      ];
      drawing.add({ kind, axes, epsilon: 1e-3, gamma, beta }, [x], shape);
      return;
    }
    case 'group-normalization': {
      const groupSize = random.pick(divisors(channels));
      const [gamma, beta] = [
        drawing.maybe(() => random.floats(channels)),
        drawing.maybe(() => random.floats(channels)),
      ];
      drawing.add({ kind, groupSize, epsilon: 1e-3, gamma, beta }, [x], shape);
      return;
    }
    case 'reshape':
      drawing.add({ kind }, [x], random.pick(foldings(shape)));
      return;
    case 'permute': {
      const axes = shuffled(random, rank);
      drawing.add(
        { kind, axes },
        [x],
        axes.map((axis) => shape[axis] ?? 1),
      );
      return;
    }
    case 'pad': {
      if (rank < 2) return;
      const before = shape.slice(0, -1).map(() => random.integer(0, 2));
      const padded = before.map((count, axis) => (shape[axis] ?? 1) + count + random.integer(0, 1));
      drawing.add({ kind, before }, [x], [...padded, channels]);
      return;
    }
    case 'crop': {
      if (rank < 2) return;
      const before = shape.slice(0, -1).map((length) => random.integer(0, length - 1));
      const left = before.map((count, axis) => random.integer(1, (shape[axis] ?? 1) - count));
      drawing.add({ kind, before }, [x], [...left, channels]);
      return;
    }
    case 'resize': {
      if (rank !== 3) return;
      const size = [random.integer(1, 6), random.integer(1, 6), channels];
      const interpolation = random.pick(['nearest', 'bilinear'] as const);
      const coordinates = random.pick(['asymmetric', 'half-pixel'] as const);
      drawing.add({ kind, interpolation, coordinates }, [x], size);
      return;
    }
    case 'repeat':
      if (rank === 1) drawing.add({ kind }, [x], [random.integer(1, 4), channels]);
      return;
    case 'merge':
      addMerge(drawing, x);
      return;
    case 'concatenate':
      addConcatenate(drawing, x);
      return;
    case 'residual':
      addResidual(drawing, x);
      return;
    case 'gate':
      addGate(drawing, x);
      return;
    case 'dense-block':
      if (slides) addDenseBlock(drawing, x);
      return;
    case 'pooled-convolution':
      if (slides) addPooledConvolution(drawing, x);
      return;
  }
}

/** Other shapes of the same size: flat, with two axes joined, with an axis split or added. */
function foldings(shape: Shape): Shape[] {
  const found: Shape[] = [[product(shape)], [1, ...shape]].filter(({ length }) => length <= 3);
  shape.forEach((length, axis) => {
    if (axis > 0)
      found.push([...shape.slice(0, axis - 1), shape[axis - 1]! * length, ...shape.slice(axis + 1)]);
    if (length % 2 === 0 && shape.length < 3) {
      found.push([...shape.slice(0, axis), length / 2, 2, ...shape.slice(axis + 1)]);
    }
  });
  return found;
}

function divisors(number: number): number[] {
  return Array.from({ length: number }, (_, i) => i + 1).filter((divisor) => number % divisor === 0);
}

function shuffled(random: SeededRandom, length: number): number[] {
  const axes = Array.from({ length }, (_, axis) => axis);
  for (let i = length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [axes[i], axes[j]] = [axes[j]!, axes[i]!];
  }
  return axes;
}
