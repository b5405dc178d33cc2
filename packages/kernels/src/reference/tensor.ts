import { sizeOf, type Shape } from '../tail/shape.ts';

/** One tensor of one input, row-major. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Calls `visit` with the coordinates and the flat index of every place, in order; the coordinates are reused. */
export function forEachPlace(
  shape: Shape,
  visit: (coordinates: readonly number[], index: number) => void,
): void {
  const size = sizeOf(shape);
  const coordinates = shape.map(() => 0);
  for (let index = 0; index < size; index++) {
    visit(coordinates, index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (coordinates[axis] ?? 0) + 1;
      coordinates[axis] = next === shape[axis] ? 0 : next;
      if (next !== shape[axis]) break;
    }
  }
}

/** Returns the row-major values `valueAt(coordinates, flat index)`; the coordinates are reused. */
export function fill(
  shape: Shape,
  valueAt: (coordinates: readonly number[], index: number) => number,
): Float64Array {
  const data = new Float64Array(sizeOf(shape));
  forEachPlace(shape, (coordinates, index) => {
    data[index] = valueAt(coordinates, index);
  });
  return data;
}

/** The flat index of a place, sum of coordinate times stride. */
export function flatIndex(strides: readonly number[], coordinates: readonly number[]): number {
  return strides.reduce((index, stride, axis) => index + stride * (coordinates[axis] ?? 0), 0);
}

/** `size` values that repeat a vector of `length`, or zeros. */
export function repeated(vector: Float32Array | null, length: number, size: number): Float64Array {
  const data = new Float64Array(size);
  if (vector) for (let start = 0; start < size; start += length) data.set(vector, start);
  return data;
}
