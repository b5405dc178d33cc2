import type { MergeFunction, Shape } from '../../src/index.ts';
import type { TailDrawing } from './tail-drawing.ts';

const MERGES: readonly MergeFunction[] = ['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum'];

/** With earlier tensors of the same shape, with the channels' means, or with a constant. */
export function addMerge(drawing: TailDrawing, x: number): void {
  const { random } = drawing;
  const shape = drawing.shape(x);
  const name = random.pick(MERGES);
  const others = drawing.nodes.map((_, i) => i).filter((i) => same(drawing.shape(i), shape));
  let inputs = [x, random.pick(others)];
  if (name !== 'subtract' && random.uniform() < 0.2) inputs.push(random.pick(others));
  const broadcast = random.uniform();
  if (broadcast < 0.15) inputs = [x, drawing.constant(shape)];
  else if (broadcast < 0.3) inputs = [x, drawing.constant(shape.slice(-1))];
  else if (broadcast < 0.4 && shape.length > 1) {
    inputs = [x, drawing.add({ kind: 'global-pool', reduction: 'average' }, [x], shape.slice(-1))];
  } else if (broadcast < 0.5) {
    inputs = [x, drawing.dense(x, 1)];
  }
  if (random.uniform() < 0.3) inputs.reverse();
  drawing.add({ kind: 'merge', function: name }, inputs, shape);
}

export function addConcatenate(drawing: TailDrawing, x: number): void {
  const { random } = drawing;
  const shape = drawing.shape(x);
  const axis = random.uniform() < 0.7 ? shape.length - 1 : random.integer(0, shape.length - 1);
  const fits = (other: Shape): boolean =>
    other.length === shape.length && other.every((length, i) => i === axis || length === shape[i]);
  const others = drawing.nodes.map((_, i) => i).filter((i) => fits(drawing.shape(i)));
  const inputs = [x, random.pick(others)];
  if (random.uniform() < 0.3) inputs.push(random.pick(others));
  if (random.uniform() < 0.2) inputs.push(drawing.constant(shape));
  if (random.uniform() < 0.5) inputs.reverse();
  const length = inputs.reduce((sum, i) => sum + (drawing.shape(i)[axis] ?? 0), 0);
  drawing.add({ kind: 'concatenate', axis }, inputs, shape.with(axis, length));
}

/** x + f(x) with a convolution or dense layer as f. */
export function addResidual(drawing: TailDrawing, x: number): void {
  const shape = drawing.shape(x);
  let branch = x;
  if (drawing.random.uniform() < 0.5) branch = drawing.add(drawing.activation(), [branch], shape);
  branch = drawing.dense(branch, shape.at(-1) ?? 1);
  if (drawing.random.uniform() < 0.5) {
    const channels = shape.at(-1) ?? 1;
    const [scale, shift] = [drawing.random.floats(channels), drawing.random.floats(channels)];
    branch = drawing.add({ kind: 'affine', scale, shift }, [branch], shape);
  }
  drawing.add(
    { kind: 'merge', function: 'add' },
    drawing.random.pick([
      [x, branch],
      [branch, x],
    ]),
    shape,
  );
  if (drawing.random.uniform() < 0.5) drawing.add(drawing.activation(), [drawing.last], shape);
}

/** Squeeze-and-excitation. */
export function addGate(drawing: TailDrawing, x: number): void {
  const shape = drawing.shape(x);
  if (shape.length < 2) return;
  const channels = shape.at(-1) ?? 1;
  const ones = drawing.random.uniform() < 0.5 ? shape.slice(0, -1).map(() => 1) : [];
  drawing.add({ kind: 'global-pool', reduction: 'average' }, [x], [...ones, channels]);
  const few = drawing.dense(drawing.last, Math.max(1, channels >> 1));
  drawing.add(drawing.activation(), [few], drawing.shape(few));
  const gate = drawing.dense(drawing.last, channels);
  drawing.add({ kind: 'activation', function: 'sigmoid' }, [gate], drawing.shape(gate));
  drawing.add({ kind: 'merge', function: 'multiply' }, [x, drawing.last], shape);
}

function same(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
