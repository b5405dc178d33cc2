import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf, type Dims } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';
import { identity, takeCells, takeSlices } from './moves.ts';

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
  const runs = padRuns(order, own, put);
  const isOfPositions = runs.at(-1)?.isPadded === false;
  // Where the last axis is padded, too, all are positions of one channel.
  const channels = isOfPositions ? [] : [1];
  const source = builder.reshape(node, [...runs.map(({ length }) => length), ...channels]);
  const before = runs.slice(0, isOfPositions ? -1 : undefined).map((run) => run.before);
  const padded = context.add(
    { kind: 'pad', before },
    [source],
    [...runs.map((run) => run.result), ...channels],
  );
  const lengths = order.map((axis) => result[axis] ?? 1);
  const tensor = { node: builder.reshape(padded, lengths), layout: layoutOf(result, order) };
  return value === 0 ? tensor : context.affine(tensor, 1, value);
}

interface PadRun {
  length: number;
  result: number;
  readonly before: number;
  readonly isPadded: boolean;
}

/** Axes in their order, of which neighbors that are not padded are one; the last, which may be channels, stays apart. */
function padRuns(
  order: readonly number[],
  dims: Dims,
  amounts: readonly (readonly number[])[],
): readonly PadRun[] {
  const runs: PadRun[] = [];
  for (const axis of order) {
    const length = dims[axis] ?? 1;
    const [before = 0, after = 0] = amounts[axis] ?? [];
    const isPadded = before > 0 || after > 0;
    const last = runs.at(-1);
    if (last && !last.isPadded && !isPadded && axis !== order.at(-1)) {
      last.length *= length;
      last.result *= length;
    } else runs.push({ length, result: length + before + after, before, isPadded });
  }
  return runs;
}

/** Where the cells that are put around an axis are read: at the place before the axis begins (negative) or behind its end. */
export type Mirror = (place: number, length: number) => number;

export const MIRRORS = {
  /** The ends are not repeated. */
  reflect: (place, length) => (place < 0 ? -place : place >= length ? 2 * (length - 1) - place : place),
  /** The ends are repeated. */
  symmetric: (place, length) => (place < 0 ? -place - 1 : place >= length ? 2 * length - 1 - place : place),
  edge: (place, length) => Math.min(length - 1, Math.max(0, place)),
  wrap: (place, length) => ((place % length) + length) % length,
} as const satisfies Readonly<Record<string, Mirror>>;

/** Puts copies of the tensor's own cells around it, axis by axis. */
export function padMirrored(
  context: NodeContext,
  x: GraphTensor,
  amounts: PadAmounts,
  mirror: Mirror,
): GraphTensor {
  const padded = amounts.reduce((tensor, [before, after], axis) => {
    if (before === 0 && after === 0) return tensor;
    const length = dimsOf(tensor.layout)[axis] ?? 1;
    const cells = Array.from({ length: before + length + after }, (_, i) => mirror(i - before, length));
    if (!(before >= 0 && after >= 0 && cells.every((cell) => cell >= 0 && cell < length)))
      throw new NoRule('it mirrors more cells than there are');
    return takeCells(context, tensor, axis, cells);
  }, x);
  return padded === x ? identity(context, x) : padded;
}
