import type { GroupNormalizationOperation } from '../../operations/group-normalization.ts';
import { factsOf } from '../../operations/operation-facts.ts';
import { channelsOf } from '../../tail/shape.ts';
import { ownerOf, ownsChannels, type Owner } from '../owner.ts';
import { ownerAfter } from '../owner-rules.ts';
import type { PlanContext } from '../plan-context.ts';
import type { Operand, Segment } from '../steps.ts';
import { wholeSegment, type Part, type TensorState } from '../tensor-state.ts';

/**
 * Operations in which groups of neighbouring channels come together, over all positions. Where every group belongs to one
 * variant both streams take the operation as it is; otherwise each variant has deltas, on the groups that hold a channel
 * that changes in some variant.
 */
export function planChannelGroups(
  context: PlanContext,
  node: number,
  operation: GroupNormalizationOperation,
  x: TensorState,
): TensorState {
  const { shape } = context.node(node);
  const together = factsOf(operation).channels(operation, x.shape)?.together ?? channelsOf(shape);
  const isSplit = together === 1 || x.parts.length === 0;
  const owner =
    x.oneChannel && isSplit
      ? ownerAfter(operation, [{ shape: x.shape, owner: x.oneChannel.owner }], shape)
      : null;
  const mixed = owner ? null : x.oneChannel;
  const changed = x.parts.map(({ segment }) => segment);
  if (mixed) changed.push(ownedSegment(mixed.owner, channelsOf(x.shape)));
  return {
    node,
    shape,
    base: context.base(node, [x]),
    oneChannel: owner && { off: context.off(node, [x]), owner },
    parts: wholeGroups(changed, together).map((segment) => {
      const source = context.deltaOperand(x, changeWithin(context, x, mixed !== null, segment), true);
      return context.open(node, { kind: 'propagate', operation, source, shape, segment }, segment);
    }),
  };
}

/** From the first to the last channel that belongs to a variant. */
function ownedSegment(owner: Owner, channels: number): Segment {
  if (!ownsChannels(owner, channels)) return wholeSegment([channels]);
  const isOwned = Array.from({ length: channels }, (_, c) => ownerOf(owner, c) >= 0);
  const start = isOwned.indexOf(true);
  return { start, length: isOwned.lastIndexOf(true) + 1 - start };
}

/** Segments widened to whole groups; those that then touch become one. */
function wholeGroups(segments: readonly Segment[], together: number): Segment[] {
  const ends = segments
    .map(({ start, length }) => ({
      start: Math.floor(start / together) * together,
      end: Math.ceil((start + length) / together) * together,
    }))
    .sort((a, b) => a.start - b.start);
  const runs: { start: number; end: number }[] = [];
  for (const next of ends) {
    const last = runs.at(-1);
    if (last && next.start <= last.end) last.end = Math.max(last.end, next.end);
    else runs.push(next);
  }
  return runs.map(({ start, end }) => ({ start, length: end - start }));
}

/** Everything that changes within a segment, as the deltas of one part. */
function changeWithin(context: PlanContext, x: TensorState, mixed: boolean, segment: Segment): Part {
  const isInside = (inner: Segment): boolean =>
    inner.start >= segment.start && inner.start < segment.start + segment.length;
  const parts = x.parts.filter((part) => isInside(part.segment));
  const owned = mixed && x.oneChannel && ownedSegment(x.oneChannel.owner, channelsOf(x.shape));
  const [only] = parts;
  if (only && parts.length === 1 && !(owned && isInside(owned))) return only;
  const operands: Operand[] = parts.map((part) => context.deltaOperand(x, part, false));
  if (owned && isInside(owned)) operands.unshift(context.oneChannelOperand(x));
  return context.open(
    x.node,
    { kind: 'combine', function: 'add', operands, shape: x.shape, segment },
    segment,
  );
}
