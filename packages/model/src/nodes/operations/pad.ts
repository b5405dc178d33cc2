import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, isSame, layoutOf } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';
import { identity, takeSlices } from './moves.ts';
import { alongAxis } from './resize.ts';

/** How many cells are put before and after each axis. */
export type PadAmounts = readonly (readonly [before: number, after: number])[];

/** Puts cells of one value around a tensor; a negative number takes away. */
export function padWith(
  context: NodeContext,
  x: GraphTensor,
  amounts: PadAmounts,
  value: number,
): GraphTensor {
  const { builder } = context;
  const dims = dimsOf(x.layout);
  if (amounts.every(([before, after]) => before === 0 && after === 0)) return identity(context, x);
  // Larger ones, as pads before a maximum may be, would take the digits of what they are added to.
  if (!(Math.abs(value) <= 100)) throw new NoRule(`it pads with ${String(value)}`);
  // A negative padding takes away.
  const cut = takeSlices(
    context,
    x,
    dims.map((length, axis) => {
      const [before, after] = (amounts[axis] ?? [0, 0]).map((count) => Math.max(0, -count));
      return { start: before ?? 0, length: length - (before ?? 0) - (after ?? 0), step: 1 };
    }),
  );
  const put = amounts.map((pair) => pair.map((count) => Math.max(0, count)));
  const shifted = value === 0 ? cut : context.affine(cut, 1, -value);
  const own = dimsOf(cut.layout);
  const result = own.map((length, axis) => length + (put[axis]?.[0] ?? 0) + (put[axis]?.[1] ?? 0));
  const { node, order: found } = builder.asAxes(shifted);
  const order = put[0]?.some((count) => count > 0) ? [0, ...found.filter((axis) => axis !== 0)] : found;
  const shape = order.map((axis) => own[axis] ?? 1);
  const before = order.map((axis) => put[axis]?.[0] ?? 0);
  const isOfPositions = isSame(put[order.at(-1) ?? 0] ?? [], [0, 0]);
  // Channels become positions, of one channel.
  const source = builder.reshape(node, isOfPositions ? shape : [...shape, 1]);
  const lengths = order.map((axis) => result[axis] ?? 1);
  const padded = context.add(
    { kind: 'pad', before: isOfPositions ? before.slice(0, -1) : before },
    [source],
    isOfPositions ? lengths : [...lengths, 1],
  );
  const tensor = { node: builder.reshape(padded, lengths), layout: layoutOf(result, order) };
  return value === 0 ? tensor : context.affine(tensor, 1, value);
}

/** Where the cells that are put around an axis are read: at the place before the axis begins (negative) or behind its end. */
export type Mirror = (place: number, length: number) => number;

export const MIRRORS = {
  /** The ends are not repeated. */
  reflect: (place, length) => (place < 0 ? -place : place >= length ? 2 * (length - 1) - place : place),
  /** The ends are repeated. */
  symmetric: (place, length) => (place < 0 ? -place - 1 : place >= length ? 2 * length - 1 - place : place),
  edge: (place, length) => Math.min(length - 1, Math.max(0, place)),
} as const satisfies Readonly<Record<string, Mirror>>;

/** Puts copies of the tensor's own cells around it: a product along each axis with a matrix of the cells that each place reads. */
export function padMirrored(
  context: NodeContext,
  x: GraphTensor,
  amounts: PadAmounts,
  mirror: Mirror,
): GraphTensor {
  const padded = amounts.reduce((tensor, [before, after], axis) => {
    if (before === 0 && after === 0) return tensor;
    const from = dimsOf(tensor.layout)[axis] ?? 1;
    const to = from + before + after;
    const matrix = new Float32Array(from * to);
    for (let place = 0; place < to; place++) {
      const cell = mirror(place - before, from);
      if (!(before >= 0 && after >= 0 && cell >= 0 && cell < from))
        throw new NoRule('it mirrors more cells than there are');
      matrix[cell * to + place] = 1;
    }
    return alongAxis(context, tensor, axis, to, matrix);
  }, x);
  return padded === x ? identity(context, x) : padded;
}
