import type { AxisSlice } from '../nodes/dims.ts';
import type { Dims } from '../nodes/layout.ts';
import type { Attributes } from './attributes.ts';

/** What a StridedSlice takes of each axis, and the shape of the result. */
export interface StridedSlice {
  readonly slices: readonly AxisSlice[];
  readonly dims: Dims;
}

/**
 * Returns what TensorFlow's StridedSlice takes, or null where its numbers do not fit the tensor.
 *
 * Source: TensorFlow operators, StridedSlice: bits of the masks are places in `begin`; an ellipsis stands for all axes that no place is
 * left for.
 */
export function stridedSlice(
  dims: Dims,
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[],
  attributes: Attributes,
): StridedSlice | null {
  const has = (mask: string, place: number): boolean => ((attributes.number(mask, 0) >> place) & 1) === 1;
  const places = begin.map((_, place) => place);
  const named = places.filter((place) => !has('new_axis_mask', place) && !has('ellipsis_mask', place));
  const slices: AxisSlice[] = [];
  const result: number[] = [];
  const takeWhole = (count: number): void => {
    for (const length of dims.slice(slices.length, slices.length + count)) {
      slices.push({ start: 0, length, step: 1 });
      result.push(length);
    }
  };
  for (const place of places) {
    if (has('ellipsis_mask', place)) {
      takeWhole(Math.max(0, dims.length - named.length));
      continue;
    }
    if (has('new_axis_mask', place)) {
      result.push(1);
      continue;
    }
    const length = dims[slices.length];
    const step = strides[place] ?? 1;
    const [first = 0, last = 0] = [begin[place], end[place]];
    if (length === undefined || step === 0) return null;
    if (has('shrink_axis_mask', place)) {
      const start = first < 0 ? first + length : first;
      if (start < 0 || start >= length) return null;
      slices.push({ start, length: 1, step: 1 });
      continue;
    }
    const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
    const held = (value: number): number =>
      Math.min(most, Math.max(least, value < 0 ? value + length : value));
    const start = has('begin_mask', place) ? (step > 0 ? 0 : length - 1) : held(first);
    const stop = has('end_mask', place) ? (step > 0 ? length : -1) : held(last);
    const count = Math.max(0, Math.ceil((stop - start) / step));
    slices.push({ start, length: count, step });
    result.push(count);
  }
  takeWhole(dims.length - slices.length);
  return { slices, dims: result };
}
