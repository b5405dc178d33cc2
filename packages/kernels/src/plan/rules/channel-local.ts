import { APART } from '../../operations/facts.ts';
import { factsOf } from '../../operations/operation-facts.ts';
import { windowOfOnes } from '../../operations/sliding-window.ts';
import { channelsOf, positionsOf } from '../../tail/shape.ts';
import type { GlobalPoolOperation } from '../../operations/global-pool.ts';
import type { PoolOperation } from '../../operations/pool.ts';
import { lowRankOf } from '../low-rank.ts';
import { withFused } from '../open-step.ts';
import { ownerAfter } from '../owner-rules.ts';
import type { PlanContext } from '../plan-context.ts';
import type { PropagatedOperation, ValueId } from '../steps.ts';
import type { Part, TensorState } from '../tensor-state.ts';

/** Operations that keep to each channel and work at several positions. */
export type ChannelLocalOperation = Extract<
  PropagatedOperation,
  { readonly kind: 'depthwise' | 'pool' | 'global-pool' | 'pad' | 'crop' | 'resize' | 'prelu' }
>;

/** Both streams take the operation as it is, and so does every segment of deltas. */
export function planChannelLocal(
  context: PlanContext,
  node: number,
  operation: ChannelLocalOperation,
  x: TensorState,
): TensorState {
  const { shape } = context.node(node);
  const owner = x.oneChannel && ownerAfter(operation, [{ shape: x.shape, owner: x.oneChannel.owner }], shape);
  // Where elements of two owners meet although they lie in one channel, everything is a delta.
  const parts = x.oneChannel && !owner ? [context.widened(x)] : x.parts;
  return {
    node,
    shape,
    base: context.base(node, [x]),
    oneChannel: owner && { off: context.off(node, [x]), owner },
    parts: parts.map(
      (part) =>
        pooledInStep(context, node, operation, x, part) ?? propagated(context, node, operation, x, part),
    ),
  };
}

function propagated(
  context: PlanContext,
  node: number,
  operation: ChannelLocalOperation,
  x: TensorState,
  part: Part,
): Part {
  const { shape } = context.node(node);
  const facts = factsOf(operation);
  const { multiplier } = facts.channels(operation, x.shape) ?? APART;
  const { start, length } = part.segment;
  const segment = { start: start * multiplier, length: length * multiplier };
  const source = context.deltaOperand(x, part, !facts.isLinear(operation));
  return context.open(node, { kind: 'propagate', operation, source, shape, segment }, segment);
}

/** Pooling that another step does before it stores. */
function pooledInStep(
  context: PlanContext,
  node: number,
  operation: ChannelLocalOperation,
  x: TensorState,
  part: Part,
): Part | null {
  const fusible = factsOf(operation).fusible(operation);
  if (fusible?.place !== 'pool' && fusible?.place !== 'global-pool') return null;
  const averaged = pooledSource(context, node, fusible.operation, part);
  if (averaged) return averaged;
  const open = context.fusion === 'pooling' ? context.extendable(x, part) : null;
  if (!open) return null;
  const { shape } = context.node(node);
  const epilogue = withFused(open.epilogue, fusible, shape, x.base);
  return epilogue && context.extend(open, part.segment, node, epilogue, shape);
}

/** The mean over positions of a pointwise layer is that layer of the mean: pools its few channels, not its results. */
function pooledSource(
  context: PlanContext,
  node: number,
  operation: PoolOperation | GlobalPoolOperation,
  part: Part,
): Part | null {
  const { open } = part;
  if (operation.reduction !== 'average' || !open || lowRankOf(open) === null) return null;
  if (open.step.kind !== 'contribute') return null;
  const { shape } = context.node(node);
  const { source } = open.step;
  const pooled = [...positionsOf(shape), channelsOf(source.shape)];
  const pool = (stream: 'base' | 'off', value: ValueId): ValueId =>
    context.evaluate(stream, node, operation, [{ value, shape: source.shape }], pooled);
  const step = {
    ...open.step,
    source: { ...source, shape: pooled, base: pool('base', source.base), off: pool('off', source.off) },
    sliding: windowOfOnes(positionsOf(shape).length),
    shape,
  };
  const again = context.open(node, step, part.segment, open.layers);
  return again.open && context.extend(again.open, part.segment, node, open.epilogue);
}
