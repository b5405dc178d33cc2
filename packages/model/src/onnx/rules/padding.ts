import { numbersOf } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf, type Dims } from '../layout.ts';
import { NoRule, type NodeContext, type NodeRule } from '../node-context.ts';
import { cropAxis, identity, joinAlong, takeSlices } from './moves.ts';

/** Cells at one end of an axis up to which they are copied one by one. */
const MOST_COPIES = 16;

const pad: NodeRule = (context) => {
  const { attributes, builder } = context;
  const x = context.tensor(0);
  const dims = context.dims();
  const mode = attributes.text('mode', 'constant');
  const value = context.optional(2)?.values[0] ?? attributes.float('value', 0);
  const given = context.list(1, 'pads') ?? [];
  const chosen = context.optional(3);
  const axes = chosen
    ? numbersOf(chosen).map((axis) => context.axis(dims.length, axis))
    : dims.map((_, axis) => axis);
  const amounts = dims.map((_, axis): [number, number] => {
    const place = axes.indexOf(axis);
    return place < 0 ? [0, 0] : [given[place] ?? 0, given[place + axes.length] ?? 0];
  });
  if (amounts.every(([before, after]) => before === 0 && after === 0)) return identity(context);
  if (mode !== 'constant') return padWithCells(context, x, mode, amounts);
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
};

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

/** Padding with cells of the tensor itself, axis by axis. */
function padWithCells(
  context: NodeContext,
  tensor: GraphTensor,
  mode: string,
  amounts: readonly (readonly [number, number])[],
): GraphTensor {
  return amounts.reduce((x, [before, after], axis) => {
    if (before === 0 && after === 0) return x;
    const length = dimsOf(x.layout)[axis] ?? 1;
    const cells = [
      ...Array.from({ length: before }, (_, i) => i - before),
      ...Array.from({ length: after }, (_, i) => length + i),
    ].map((place) => sourceOf(mode, place, length));
    if (before < 0 || after < 0 || Math.max(before, after) > MOST_COPIES)
      throw new NoRule(`it pads with mode "${mode}" by ${String(before)} and ${String(after)}`);
    const copies = cells.map((cell) => cropAxis(context, x, axis, cell, 1));
    return joinAlong(context, [...copies.slice(0, before), x, ...copies.slice(before)], axis);
  }, tensor);
}

/** The cell that a place outside of an axis is a copy of. Source: ONNX operators, Pad-19. */
function sourceOf(mode: string, place: number, length: number): number {
  switch (mode) {
    case 'edge':
      return place < 0 ? 0 : length - 1;
    case 'wrap':
      return ((place % length) + length) % length;
    case 'reflect': {
      const found = place < 0 ? -place : 2 * (length - 1) - place;
      if (found < 0 || found >= length) throw new NoRule('it reflects more cells than there are');
      return found;
    }
    default:
      throw new NoRule(`it pads with mode "${mode}"`);
  }
}

export const paddingRules: Readonly<Record<string, NodeRule>> = { Pad: pad };
