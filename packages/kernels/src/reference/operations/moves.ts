import { stridesOf, type Shape } from '../../tail/shape.ts';
import { resizedAxis, type ResizeOperation } from '../../operations/resize.ts';
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

/** Each cell is the nearest one of the input, or lies between four of them; see `ResizeOperation`. */
export function resize(operation: ResizeOperation, x: Tensor, shape: Shape): Float64Array {
  const strides = stridesOf(x.shape);
  const at = (row: number, column: number, c: number): number =>
    x.data[flatIndex(strides, [row, column, c])] ?? 0;
  const [rows = [], columns = []] = [0, 1].map((axis) => {
    const [from, to] = [x.shape[axis] ?? 1, shape[axis] ?? 1];
    const { factor, shift, divisor } = resizedAxis(operation, from, to);
    return Array.from({ length: to }, (_, n) => {
      const place = Math.max(0, (n * factor + shift) / divisor);
      const first = Math.floor(place);
      return { first, second: Math.min(Math.ceil(place), from - 1), weight: place - first };
    });
  });
  return fill(shape, ([n = 0, m = 0, c = 0]) => {
    const [row, column] = [rows[n], columns[m]];
    if (!row || !column) return 0;
    if (operation.interpolation === 'nearest') return at(row.first, column.first, c);
    const along = (line: number): number => {
      const left = at(line, column.first, c);
      return left + (at(line, column.second, c) - left) * column.weight;
    };
    const above = along(row.first);
    return above + (along(row.second) - above) * row.weight;
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
