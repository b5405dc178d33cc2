import { axisIn } from '../axis.ts';
import {
  floatTensor,
  permuteValues,
  readStrided,
  stridesOf,
  type ConstantTensor,
} from '../constant-tensor.ts';
import type { AxisSlice } from '../dims.ts';
import { product, type Dims } from '../layout.ts';
import { checkedSize, expanded, refused, type Folding } from './folding.ts';

/** The places of an axis that `indices` names, which become its axes; negative ones are counted from the end. */
export function foldGather(
  folding: Folding,
  x: ConstantTensor,
  indices: ConstantTensor,
  along: number,
): ConstantTensor {
  const axis = axisIn(x.dims.length, along, folding.node.name);
  const length = x.dims[axis] ?? 1;
  const inner = product(x.dims.slice(axis + 1));
  const outer = product(x.dims.slice(0, axis));
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  const size = checkedSize(folding, dims);
  const values = x.values.constructor === Float32Array ? new Float32Array(size) : new Float64Array(size);
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices.values) {
      const cell = index < 0 ? index + length : index;
      if (cell < 0 || cell >= length)
        throw refused(folding.node, `reads place ${String(index)} of ${String(length)}`);
      const from = (o * length + cell) * inner;
      values.set(x.values.subarray(from, from + inner), to);
      to += inner;
    }
  }
  return { ...x, dims, values };
}

/** Constants joined along an axis. */
export function foldConcat(folding: Folding, all: readonly ConstantTensor[], along: number): ConstantTensor {
  const [first] = all;
  if (!first) throw refused(folding.node, 'joins nothing');
  const axis = axisIn(first.dims.length, along, folding.node.name);
  const dims = first.dims.map((length, i) =>
    i === axis ? all.reduce((sum, own) => sum + (own.dims[axis] ?? 0), 0) : length,
  );
  const values = new Float64Array(checkedSize(folding, dims));
  const rows = product(dims.slice(0, axis));
  const width = product(dims.slice(axis));
  let at = 0;
  for (const own of all) {
    const part = product(own.dims.slice(axis));
    if (at + part > width || own.values.length !== rows * part)
      throw refused(folding.node, 'joins tensors whose shapes do not fit');
    for (let row = 0; row < rows; row++)
      values.set(own.values.subarray(row * part, (row + 1) * part), row * width + at);
    at += part;
  }
  return {
    ...first,
    dims,
    values: first.values instanceof Float32Array ? Float32Array.from(values) : values,
  };
}

/** What is taken of each axis. */
export function foldSlices(x: ConstantTensor, slices: readonly AxisSlice[]): ConstantTensor {
  const strides = stridesOf(x.dims);
  const lengths = slices.map(({ length }) => length);
  const start = slices.reduce((sum, own, axis) => sum + own.start * (strides[axis] ?? 0), 0);
  const values = readStrided(
    x.values,
    lengths,
    slices.map(({ step }, axis) => step * (strides[axis] ?? 0)),
    start,
  );
  return { ...x, dims: lengths, values };
}

/** Parts of an axis, one after the other. */
export function foldParts(x: ConstantTensor, axis: number, lengths: readonly number[]): ConstantTensor[] {
  let start = 0;
  return lengths.map((length) => {
    const slices = x.dims.map((own, i) => ({ start: i === axis ? start : 0, length: own, step: 1 }));
    start += length;
    return foldSlices(
      x,
      slices.map((slice, i) => (i === axis ? { ...slice, length } : slice)),
    );
  });
}

/** Axes in another order. */
export function foldTranspose(x: ConstantTensor, perm: readonly number[]): ConstantTensor {
  return {
    ...x,
    dims: perm.map((axis) => x.dims[axis] ?? 1),
    values: permuteValues(x.values, x.dims, perm),
  };
}

/** The whole tensor several times along each axis. */
export function foldTile(folding: Folding, x: ConstantTensor, repeats: readonly number[]): ConstantTensor {
  const dims = x.dims.map((length, axis) => length * (repeats[axis] ?? 1));
  checkedSize(folding, dims);
  // Each axis as two, of which the outer one is repeated.
  const split = x.dims.flatMap((length) => [1, length]);
  const wide = x.dims.flatMap((length, axis) => [repeats[axis] ?? 1, length]);
  return { ...expanded(folding, { ...x, dims: split }, wide), dims };
}

/** `start`, `start + step` and so on, below `limit`; of the type of `start`. */
export function foldRange(
  folding: Folding,
  [start, limit, step]: readonly [ConstantTensor, ConstantTensor, ConstantTensor],
): ConstantTensor {
  const [from = 0, to = 0, by = 1] = [start, limit, step].map(({ values }) => values[0] ?? 0);
  const size = Math.max(0, Math.ceil((to - from) / by));
  checkedSize(folding, [size]);
  const values = Float64Array.from({ length: size }, (_, i) => from + i * by);
  return { ...start, dims: [size], values };
}

/** One value everywhere. */
export function foldFill(folding: Folding, dims: Dims, value: ConstantTensor | null): ConstantTensor {
  checkedSize(folding, dims);
  return expanded(folding, { ...(value ?? floatTensor([1], Float32Array.of(0))), dims: [] }, dims);
}
