import { stridesOf, type Shape } from '../../tail/shape.ts';
import type { ResizeOperation } from '../../operations/resize.ts';
import { fill, flatIndex, type Tensor } from '../tensor.ts';

/** Output axis i is input axis axes[i]. */
export function permute(axes: readonly number[], x: Tensor, shape: Shape): Float64Array {
  const strides = stridesOf(x.shape);
  const moved = axes.map((axis) => strides[axis] ?? 0);
  return fill(shape, (coordinates) => x.data[flatIndex(moved, coordinates)] ?? 0);
}

/** The input moved by `offset` positions: forward for padding, back for cropping; zero where it does not reach. */
export function shift(offset: readonly number[], x: Tensor, shape: Shape): Float64Array {
  const strides = stridesOf(x.shape);
  return fill(shape, (coordinates) => {
    const source = coordinates.map((coordinate, axis) => coordinate - (offset[axis] ?? 0));
    const inside = source.every((coordinate, axis) => coordinate >= 0 && coordinate < (x.shape[axis] ?? 0));
    return inside ? (x.data[flatIndex(strides, source)] ?? 0) : 0;
  });
}

/** The input at positions n * input / output, nearest below or interpolated between its four neighbours. */
export function resize({ interpolation }: ResizeOperation, x: Tensor, shape: Shape): Float64Array {
  const strides = stridesOf(x.shape);
  const at = (row: number, column: number, c: number): number =>
    x.data[flatIndex(strides, [row, column, c])] ?? 0;
  const [height = 0, width = 0] = x.shape;
  const [newHeight = 0, newWidth = 0] = shape;
  return fill(shape, ([row = 0, column = 0, c = 0]) => {
    const y = (row * height) / newHeight;
    const left = (column * width) / newWidth;
    const [top, near] = [Math.floor(y), Math.floor(left)];
    if (interpolation === 'nearest') return at(top, near, c);
    const [bottom, far] = [Math.min(Math.ceil(y), height - 1), Math.min(Math.ceil(left), width - 1)];
    const above = at(top, near, c) + (at(top, far, c) - at(top, near, c)) * (left - near);
    const below = at(bottom, near, c) + (at(bottom, far, c) - at(bottom, near, c)) * (left - near);
    return above + (below - above) * (y - top);
  });
}

/** The inputs one after the other along an axis. */
export function concatenate(axis: number, inputs: readonly Tensor[], shape: Shape): Float64Array {
  return fill(shape, (coordinates) => {
    let along = coordinates[axis] ?? 0;
    for (const { shape: own, data } of inputs) {
      const length = own[axis] ?? 0;
      if (along < length) return data[flatIndex(stridesOf(own), coordinates.with(axis, along))] ?? 0;
      along -= length;
    }
    throw new RangeError(`No input reaches place ${String(coordinates[axis])} along axis ${String(axis)}.`);
  });
}
