import type { SeededRandom } from '@ablation-cam/tools/testing';
import type { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';

interface Made {
  readonly name: string;
  readonly dims: readonly number[];
}

type Step = (b: OnnxBuilder, x: Made, random: SeededRandom) => Made | null;

/**
 * Nodes that move axes about, and nodes that care where they are: whatever the one does to the order in memory, the other has to
 * find. Each step returns null where it does not fit.
 */
const STEPS: readonly Step[] = [
  (b, x, random) => {
    const perm = [0, ...shuffled(x.dims.map((_, axis) => axis).slice(1), random)];
    return { name: b.node('Transpose', [x.name], { perm }), dims: perm.map((axis) => x.dims[axis] ?? 1) };
  },
  (b, x, random) => {
    const dims = [1, ...regrouped(x.dims.slice(1), random)];
    return { name: b.node('Reshape', [x.name, b.ints(dims)]), dims };
  },
  (b, x, random) => {
    const own = x.dims.map((length) => (random.integer(0, 1) === 0 ? 1 : length));
    const type = random.pick(['Add', 'Mul', 'Sub', 'PRelu']);
    return { ...x, name: b.node(type, [x.name, b.weight(own)]) };
  },
  (b, x, random) => {
    const own = x.dims.map((length) => (random.integer(0, 1) === 0 ? 1 : length));
    const axes = own.flatMap((length, axis) => (length === 1 && axis > 0 ? [axis] : []));
    if (axes.length === 0) return null;
    return { ...x, name: b.node('Mul', [x.name, b.node('ReduceMean', [x.name], { axes })]) };
  },
  (b, x, random) => {
    const axis = axisOf(x, random);
    return { ...x, name: b.node('Softmax', [x.name], { axis }) };
  },
  (b, x, random) => {
    const axis = axisOf(x, random);
    const own = x.dims.slice(axis);
    return {
      ...x,
      name: b.node('LayerNormalization', [x.name, b.weight(own), b.weight(own)], { axis, epsilon: 0.01 }),
    };
  },
  (b, x, random) => {
    const keepdims = random.integer(0, 1);
    const axis = axisOf(x, random);
    if (x.dims.length < 3) return null;
    const dims = keepdims ? x.dims.with(axis, 1) : x.dims.filter((_, i) => i !== axis);
    return { name: b.node('ReduceMean', [x.name], { axes: [axis], keepdims }), dims };
  },
  (b, x, random) => {
    const axis = axisOf(x, random);
    const length = x.dims[axis] ?? 1;
    if (length < 2) return null;
    const start = random.integer(0, length - 1 - 1);
    const sliced = b.node('Slice', [x.name, b.ints([start]), b.ints([length]), b.ints([axis])]);
    return { name: sliced, dims: x.dims.with(axis, length - start) };
  },
  (b, x, random) => {
    const axis = axisOf(x, random);
    return {
      name: b.node('Concat', [x.name, b.node('Relu', [x.name])], { axis }),
      dims: x.dims.with(axis, 2 * (x.dims[axis] ?? 1)),
    };
  },
  (b, x) => {
    if (x.dims.length < 2) return null;
    const units = 3;
    return {
      name: b.node('MatMul', [x.name, b.weight([x.dims.at(-1) ?? 1, units])]),
      dims: x.dims.with(-1, units),
    };
  },
  (b, x) => {
    if (x.dims.length !== 4) return null;
    const kernel = b.weight([4, x.dims[1] ?? 1, 3, 3]);
    return { name: b.node('Conv', [x.name, kernel], { pads: [1, 1, 1, 1] }), dims: x.dims.with(1, 4) };
  },
  (b, x) => {
    if (x.dims.length !== 4) return null;
    const kernel = b.weight([2 * (x.dims[1] ?? 1), 1, 1, 3]);
    return {
      name: b.node('Conv', [x.name, kernel], { group: x.dims[1] ?? 1, pads: [0, 1, 0, 1] }),
      dims: x.dims.with(1, 2 * (x.dims[1] ?? 1)),
    };
  },
  (b, x) => {
    const flat = x.dims.reduce((product, length) => product * length, 1);
    return { name: b.node('Flatten', [x.name]), dims: [1, flat] };
  },
];

/** Adds some nodes behind `x` and returns the last tensor. */
export function randomNodes(b: OnnxBuilder, name: string, dims: readonly number[], count: number): string {
  let x: Made = { name, dims };
  for (let added = 0; added < count;) {
    const next = b.random.pick(STEPS)(b, x, b.random);
    if (!next || next.dims.reduce((product, length) => product * length, 1) > 2000 || next.dims.length > 5)
      continue;
    x = next;
    added += 1;
  }
  return x.name;
}

function axisOf({ dims }: Made, random: SeededRandom): number {
  return 1 + random.integer(0, dims.length - 1 - 1);
}

function shuffled(axes: readonly number[], random: SeededRandom): number[] {
  const rest = [...axes];
  return axes.flatMap(() => rest.splice(random.integer(0, rest.length - 1), 1));
}

/** The same number of elements along other axes: neighbors joined, one divided. */
function regrouped(lengths: readonly number[], random: SeededRandom): number[] {
  const place = random.integer(0, lengths.length - 1);
  const length = lengths[place] ?? 1;
  const factor = [2, 3].find((divisor) => length % divisor === 0);
  if (factor !== undefined && random.integer(0, 1) === 0)
    return lengths.toSpliced(place, 1, factor, length / factor);
  if (place + 1 >= lengths.length) return [...lengths];
  return lengths.toSpliced(place, 2, length * (lengths[place + 1] ?? 1));
}
