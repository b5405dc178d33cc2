import type { Dims } from './layout.ts';
import { product } from './layout.ts';

/** A tensor whose values are known: weights, and the sizes that nodes compute of other sizes. */
export interface ConstantTensor {
  readonly dims: Dims;
  readonly type: ElementType;
  /** Row-major; integers and truth values (0, 1) are in float64, which holds every length there is. */
  readonly values: Float32Array | Float64Array;
}

export type ElementType = 'float' | 'integer' | 'boolean';

export function floatTensor(dims: Dims, values: Float32Array | Float64Array): ConstantTensor {
  return { dims, type: 'float', values };
}

export function integerTensor(dims: Dims, values: readonly number[]): ConstantTensor {
  return { dims, type: 'integer', values: Float64Array.from(values) };
}

/** The values in float32, as they are where they are so. */
export function floatsOf({ values }: ConstantTensor): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

export function numbersOf({ values }: ConstantTensor): number[] {
  return Array.from(values);
}

export function stridesOf(dims: Dims): number[] {
  return dims.map((_, axis) => product(dims.slice(axis + 1)));
}

/**
 * Returns values with their axes in another order: axis i of the result is axis `perm[i]`. Neighbours in the result are written
 * in order, since matrices of 100 million weights come through here.
 */
export function permuteValues<Values extends Float32Array | Float64Array>(
  values: Values,
  dims: Dims,
  perm: readonly number[],
): Values {
  if (perm.every((axis, i) => axis === i)) return values;
  const strides = stridesOf(dims);
  const lengths = perm.map((axis) => dims[axis] ?? 1);
  return readStrided(
    values,
    lengths,
    perm.map((axis) => strides[axis] ?? 0),
  );
}

/** Values of neighbors in the result that lie far apart are read so many at a time: a line of the cache is used whole. */
const BLOCK = 16;

/** Returns the values at `sum of coordinate * stride` for all coordinates, row-major. */
export function readStrided<Values extends Float32Array | Float64Array>(
  values: Values,
  lengths: Dims,
  strides: readonly number[],
  start = 0,
): Values {
  const result = new (values.constructor as new (length: number) => Values)(product(lengths));
  const length = lengths.at(-1) ?? 1;
  const stride = strides.at(-1) ?? 0;
  const outer = lengths.slice(0, -1);
  const block = Math.abs(stride) > 1 ? BLOCK : Math.max(length, 1);
  for (let first = 0; first < length; first += block) {
    const end = Math.min(length, first + block);
    const coordinates = outer.map(() => 0);
    let from = start;
    for (let to = 0; to < result.length; to += length) {
      for (let i = first; i < end; i++) result[to + i] = values[from + i * stride]!;
      for (let axis = outer.length - 1; axis >= 0; axis--) {
        const next = (coordinates[axis] ?? 0) + 1;
        const isEnd = next === outer[axis];
        coordinates[axis] = isEnd ? 0 : next;
        from += (strides[axis] ?? 0) * (isEnd ? 1 - next : 1);
        if (!isEnd) break;
      }
    }
  }
  return result;
}

/** The shape of tensors that are broadcast against each other. Returns null where they cannot be. */
export function broadcastDims(...all: readonly Dims[]): number[] | null {
  const rank = Math.max(0, ...all.map((dims) => dims.length));
  const filled = all.map((dims) => [...new Array<number>(rank - dims.length).fill(1), ...dims]);
  const result = Array.from(
    { length: rank },
    (_, axis) => filled.map((dims) => dims[axis] ?? 1).find((n) => n !== 1) ?? 1,
  );
  const fits = filled.every((dims) => dims.every((length, axis) => length === 1 || length === result[axis]));
  return fits ? result : null;
}

/** Strides with which a tensor is read where it is broadcast to `dims`. */
export function broadcastStrides(own: Dims, dims: Dims): number[] {
  const strides = stridesOf(own);
  const missing = dims.length - own.length;
  return dims.map((_, axis) => ((own[axis - missing] ?? 1) === 1 ? 0 : (strides[axis - missing] ?? 0)));
}
