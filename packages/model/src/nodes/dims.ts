import { axisIn } from './axis.ts';
import { isSame, product, type Dims } from './layout.ts';

/** Where a slice begins along an axis, how many cells it has and how far apart they are. */
export interface AxisSlice {
  readonly start: number;
  readonly length: number;
  readonly step: number;
}

/**
 * What ONNX's Slice takes of each axis.
 *
 * Source: ONNX operators, Slice-13: starts and ends are counted from the end where they are negative, and held to what there is.
 */
export function slicesOf(
  dims: Dims,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
  steps: readonly number[],
  node: string,
): AxisSlice[] {
  const slices = dims.map((length): AxisSlice => ({ start: 0, length, step: 1 }));
  starts.forEach((first, i) => {
    const axis = axisIn(dims.length, axes[i] ?? i, node);
    const length = dims[axis] ?? 0;
    const step = steps[i] ?? 1;
    const held = (value: number, least: number, most: number): number =>
      Math.min(most, Math.max(least, value < 0 ? value + length : value));
    const last = ends[i] ?? length;
    const [start, end] =
      step > 0
        ? [held(first, 0, length), held(last, 0, length)]
        : [held(first, 0, length - 1), held(last, -1, length - 1)];
    slices[axis] = { start, length: Math.max(0, Math.ceil((end - start) / step)), step };
  });
  return slices;
}

/**
 * The dimensions that ONNX's Reshape asks for: 0 keeps the one that is there, -1 is what is left. Returns null where they do not
 * hold as many values.
 *
 * @param keepsZero `allowzero`: 0 is a length
 */
export function reshapedDims(dims: Dims, target: readonly number[], keepsZero = false): number[] | null {
  const kept = target.map((length, axis) => (length === 0 && !keepsZero ? (dims[axis] ?? 0) : length));
  const known = product(kept.filter((length) => length !== -1));
  const size = product(dims);
  const result = kept.map((length) => (length === -1 ? size / known : length));
  return result.every((length) => Number.isInteger(length) && length >= 0) && product(result) === size
    ? result
    : null;
}

/** `dims` without the axes given, or without all of length 1. */
export function squeezedDims(dims: Dims, axes: readonly number[] | null, node: string): number[] {
  const gone = axes?.map((axis) => axisIn(dims.length, axis, node)) ?? null;
  return dims.filter((length, axis) => (gone ? !gone.includes(axis) : length !== 1));
}

/** `dims` with axes of length 1 at the places given, counted in the result. */
export function unsqueezedDims(dims: Dims, axes: readonly number[], node: string): number[] {
  const rank = dims.length + axes.length;
  const added = new Set(axes.map((axis) => axisIn(rank, axis, node)));
  const rest = [...dims];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1)));
}

/** `dims` as a matrix, cut before the axis. */
export function flattenedDims(dims: Dims, axis: number): number[] {
  return [product(dims.slice(0, axis)), product(dims.slice(axis))];
}

/** Lengths of the parts that ONNX's Split makes; null where they do not fit. */
export function splitLengths(
  length: number,
  sizes: readonly number[] | null,
  parts: number,
): number[] | null {
  const even = Math.ceil(length / parts);
  const found =
    sizes ?? Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(even, length - i * even)));
  return isSame([found.reduce((sum, part) => sum + part, 0)], [length]) && found.length === parts
    ? [...found]
    : null;
}
