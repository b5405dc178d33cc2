import { KernelsError } from '../errors.ts';
import { targetNode } from '../tail/nodes.ts';
import { channelsOf, positionsOf } from '../tail/shape.ts';
import type { Tail } from '../tail/tail.ts';
import { DEFAULT_BUDGET_BYTES } from './chunks.ts';
import { DEFAULT_MAX_AXES, fallbackRegion, planFallback } from './fallback.ts';
import { consumerCounts, liveNodes } from './liveness.ts';
import { lowRankOf } from './low-rank.ts';
import { PlanContext, type Fusion } from './plan-context.ts';
import { planNode } from './rules/plan-node.ts';
import { placeValues } from './slots.ts';
import type { Label, PlanLimits, StepPlan } from './step-plan.ts';
import { isSame, onlyPart, type TensorState } from './tensor-state.ts';

/** What a plan may take. */
export interface PlanOptions {
  /** Of the device; by default those every WebGPU device has. */
  readonly limits?: PlanLimits;
  /** Memory a run may take besides the weights, in bytes. */
  readonly budgetBytes?: number;
  /** Which operations one step may do together, as the executor is able to. Default: `pooling`. */
  readonly fusion?: Fusion;
  /** Of tensors that the executor broadcasts, moves or normalises; what has more is a fallback. Default: 4. */
  readonly maxAxes?: number;
}

/** The default limits of WebGPU (section 3.6.2): every device has at least these. */
export const DEFAULT_LIMITS: PlanLimits = {
  maxStorageBufferBindingSize: 128 * 1024 * 1024,
  maxBufferSize: 256 * 1024 * 1024,
  maxComputeWorkgroupsPerDimension: 65535,
};

/**
 * Plans the ablation of every channel of any tail in steps. Pure: nothing but shapes, the kinds of the operations and
 * the options decide, and the number of steps does not depend on the number of channels.
 *
 * @throws KernelsError `invalid-tail` where the tail contradicts itself, `too-large` where the limits leave no way
 */
export function planSteps(tail: Tail, options: PlanOptions = {}): StepPlan {
  const {
    limits = DEFAULT_LIMITS,
    budgetBytes = DEFAULT_BUDGET_BYTES,
    fusion = 'pooling',
    maxAxes = DEFAULT_MAX_AXES,
  } = options;
  const target = targetNode(tail);
  const isLive = liveNodes(tail);
  const region = fallbackRegion(tail, isLive, maxAxes);
  const outside = (index: number): boolean => isLive[index] === true && region?.contains[index] !== true;
  const context = new PlanContext(tail, limits, fusion, consumerCounts(tail, isLive));

  // Owners are variants, as many as the target has channels.
  const states = new Map<number, TensorState>();
  const stateOf = (index: number): TensorState => {
    const state = states.get(index);
    if (!state)
      throw new KernelsError('invalid-tail', `Node ${String(index)} of the tail is read before it is made.`);
    return state;
  };
  context.addGiven(tail.target);
  tail.nodes.forEach((_, index) => {
    if (outside(index)) states.set(index, planNode(context, index, stateOf));
  });

  const delta = region
    ? planFallback(context, region, stateOf)
    : context.widened(stateOf(tail.output)).delta();
  const { shape, name } = context.node(tail.output);
  context.variantSteps.push({
    kind: 'score',
    node: tail.output,
    layers: [name],
    delta,
  });
  return {
    kind: 'steps',
    tail,
    positions: positionsOf(target.shape),
    channels: channelsOf(target.shape),
    classes: shape[0] ?? 0,
    scoreFunction: tail.scoreFunction,
    labels: tail.nodes.map((_, index) => labelOf(states.get(index))),
    given: context.given,
    inputSteps: context.inputSteps,
    variantSteps: context.variantSteps,
    ...placeValues(context),
    limits,
    budgetBytes,
  };
}

function labelOf(state: TensorState | undefined): Label {
  if (!state || isSame(state)) return { kind: 'same' };
  if (state.parts.length === 0) return { kind: 'one-channel' };
  const open = onlyPart(state)?.open;
  const rank = open ? lowRankOf(open) : null;
  if (rank !== null) return { kind: 'low-rank', rank };
  return { kind: 'all', changed: state.parts.reduce((sum, { segment }) => sum + segment.length, 0) };
}
