import type { GraphTensor } from '../nodes/graph-builder.ts';
import {
  dimsOf,
  isSameLayout,
  layoutOf,
  product,
  reshaped,
  transposed,
  type AxisLayout,
} from '../nodes/layout.ts';

/**
 * A tensor `[1, ...positions, channels]` as the batch of its every n-th cells, n for each axis of positions: what SpaceToBatchND
 * makes. Nothing is moved.
 *
 * @returns null where the blocks do not divide the positions
 */
export function interleave(layout: AxisLayout, block: readonly number[]): AxisLayout | null {
  const [, ...dims] = dimsOf(layout);
  const rest = dims.slice(block.length);
  const outer = block.map((size, i) => (dims[i] ?? 1) / size);
  if (!outer.every(Number.isInteger)) return null;
  const cut = reshaped(layout, [1, ...block.flatMap((size, i) => [outer[i] ?? 1, size]), ...rest]);
  if (!cut) return null;
  const perm = [
    ...block.map((_, i) => 2 * i + 2),
    0,
    ...block.map((_, i) => 2 * i + 1),
    ...rest.map((_, i) => 2 * block.length + 1 + i),
  ];
  return reshaped(transposed(cut, perm), [product(block), ...outer, ...rest]);
}

/** The inverse of `interleave`: what BatchToSpaceND makes before it crops. */
export function weave(layout: AxisLayout, block: readonly number[]): AxisLayout | null {
  const [batch = 1, ...dims] = dimsOf(layout);
  const rest = dims.slice(block.length);
  if (batch !== product(block)) return null;
  const cut = reshaped(layout, [...block, 1, ...dims]);
  if (!cut) return null;
  const count = block.length;
  const perm = [
    count,
    ...block.flatMap((_, i) => [count + 1 + i, i]),
    ...rest.map((_, i) => 2 * count + 1 + i),
  ];
  return reshaped(transposed(cut, perm), [1, ...block.map((size, i) => size * (dims[i] ?? 1)), ...rest]);
}

/** A tensor that is every n-th cells of another one. */
export interface Interleaved {
  /** `[1, ...positions, channels]` */
  readonly tensor: GraphTensor;
  readonly block: readonly number[];
}

/**
 * Returns what a tensor `[batch, ...positions, channels]` is the every n-th cells of, or null where it is nothing so: a convolution
 * of it is one with holes of that.
 */
export function interleavedOf({ node, layout }: GraphTensor): Interleaved | null {
  const [batch = 1, ...own] = dimsOf(layout);
  const positions = own.slice(0, -1);
  for (const block of factorizations(batch, positions.length)) {
    const dims = [1, ...positions.map((length, i) => length * (block[i] ?? 1)), own.at(-1) ?? 1];
    const whole = layoutOf(dims);
    const expected = interleave(whole, block);
    if (expected && isSameLayout(expected, layout)) return { tensor: { node, layout: whole }, block };
  }
  return null;
}

/** A number as the product of so many. */
function factorizations(value: number, count: number): number[][] {
  if (count <= 1) return [[value]];
  return Array.from({ length: value }, (_, i) => i + 1)
    .filter((first) => value % first === 0)
    .flatMap((first) => factorizations(value / first, count - 1).map((rest) => [first, ...rest]));
}
