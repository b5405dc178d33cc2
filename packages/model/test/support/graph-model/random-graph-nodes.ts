import type { SeededRandom } from '@ablation-cam/tools/testing';
import type { GraphModelBuilder } from './graph-model-builder.ts';

interface Made {
  readonly name: string;
  readonly dims: readonly number[];
}

type Step = (b: GraphModelBuilder, x: Made, random: SeededRandom) => Made | null;

/** Nodes that move axes about, and nodes that care where they are. Each step returns null where it does not fit. */
const STEPS: readonly Step[] = [
  (b, x, random) => {
    const perm = [0, ...shuffled(x.dims.map((_, axis) => axis).slice(1), random)];
    return { name: b.node('Transpose', [x.name, b.ints(perm)]), dims: perm.map((axis) => x.dims[axis] ?? 1) };
  },
  (b, x, random) => {
    const [first = 1, ...rest] = x.dims.slice(1);
    const dims = random.integer(0, 1) === 0 ? [1, product(x.dims)] : [1, first, product(rest)];
    return { name: b.node('Reshape', [x.name, b.ints(dims.with(1, -1))]), dims };
  },
  (b, x, random) => {
    const own = x.dims.map((length) => (random.integer(0, 1) === 0 ? 1 : length));
    return { ...x, name: b.node(random.pick(['AddV2', 'Mul', 'Sub', 'Prelu']), [x.name, b.weight(own)]) };
  },
  (b, x, random) => {
    const axis = axisOf(x, random);
    const mean = b.node('Mean', [x.name, b.ints([axis])], { keep_dims: true });
    return { ...x, name: b.node('Mul', [x.name, mean]) };
  },
  (b, x) => ({ ...x, name: b.node('Softmax', [x.name]) }),
  (b, x, random) => {
    const axis = axisOf(x, random);
    if (x.dims.length < 3) return null;
    return {
      name: b.node(random.pick(['Mean', 'Max']), [x.name, b.ints([axis])]),
      dims: x.dims.toSpliced(axis, 1),
    };
  },
  (b, x, random) => {
    const axis = axisOf(x, random);
    const length = x.dims[axis] ?? 1;
    if (length < 2) return null;
    const begin = x.dims.map((_, i) => (i === axis ? 1 : 0));
    return {
      name: b.node('Slice', [x.name, b.ints(begin), b.ints(x.dims.map(() => -1))]),
      dims: x.dims.with(axis, length - 1),
    };
  },
  (b, x, random) => {
    const axis = axisOf(x, random);
    return {
      name: b.node('ConcatV2', [x.name, b.node('Relu', [x.name]), b.int(axis)]),
      dims: x.dims.with(axis, 2 * (x.dims[axis] ?? 1)),
    };
  },
  (b, x) => {
    if (x.dims.length !== 2) return null;
    return { name: b.node('MatMul', [x.name, b.weight([x.dims[1] ?? 1, 3])]), dims: [1, 3] };
  },
  (b, x) => {
    if (x.dims.length !== 4) return null;
    const kernel = b.weight([3, 3, x.dims[3] ?? 1, 4]);
    const attributes = { padding: 'SAME', strides: [1, 1, 1, 1] };
    return { name: b.node('Conv2D', [x.name, kernel], attributes), dims: x.dims.with(3, 4) };
  },
  (b, x, random) => {
    if (x.dims.length > 3) return null;
    const axis = random.integer(1, x.dims.length);
    return { name: b.node('ExpandDims', [x.name, b.int(axis)]), dims: x.dims.toSpliced(axis, 0, 1) };
  },
];

/** Adds some nodes behind `x` and returns the last tensor. */
export function randomGraphNodes(
  b: GraphModelBuilder,
  name: string,
  dims: readonly number[],
  count: number,
): string {
  let x: Made = { name, dims };
  for (let added = 0; added < count;) {
    const next = b.random.pick(STEPS)(b, x, b.random);
    // TensorFlow.js has transpositions of up to six axes, and much takes long.
    if (!next || product(next.dims) > 1000) continue;
    x = next;
    added += 1;
  }
  return x.name;
}

function axisOf({ dims }: Made, random: SeededRandom): number {
  return random.integer(1, dims.length - 1);
}

function shuffled(axes: readonly number[], random: SeededRandom): number[] {
  const rest = [...axes];
  return axes.flatMap(() => rest.splice(random.integer(0, rest.length - 1), 1));
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((size, length) => size * length, 1);
}
