import { KernelsError } from '../errors.ts';
import { channelsOf, positionsOf, type Shape } from '../tail/shape.ts';
import type { ScoreFunction, Tail } from '../tail/tail.ts';
import { findSeparableDense, type SeparableDenseStep } from './separable-dense.ts';
import type { StepPlan } from './step-plan.ts';
import { targetNode } from '../tail/nodes.ts';

/**
 * How all channels of a target layer are ablated together: a pure function of the tail and its shapes.
 * The number of dispatches depends neither on the number of channels nor on the number of inputs in a chunk.
 */
export type Plan = SeparablePlan | StepPlan;

/** One dispatch does it all. */
export interface SeparablePlan {
  readonly kind: 'separable-dense';
  readonly tail: Tail;
  /** Positions of the target's output, `[length]` or `[height, width]`. */
  readonly positions: Shape;
  /** Channels of the target's output, K. */
  readonly channels: number;
  /** Classes, C. */
  readonly classes: number;
  readonly scoreFunction: ScoreFunction;
  readonly step: SeparableDenseStep;
}

/** What a plan costs for a number of inputs; the maps are not included. */
export interface PlanCost {
  readonly dispatches: number;
  /** Bytes read and written if every tensor crosses the memory bus once. */
  readonly bytes: number;
  /** Multiply-adds. */
  readonly operations: number;
}

/**
 * Plans the ablation of every channel of the tail's target in a single dispatch.
 *
 * @throws KernelsError `unsupported-tail` naming the operation this planner has no rule for; `invalid-tail` where the
 * tail contradicts itself
 */
export function planAblation(tail: Tail): SeparablePlan {
  const found = findSeparableDense(tail);
  if ('misfit' in found) throw new KernelsError('unsupported-tail', found.misfit);
  return separablePlan(tail, found);
}

/** Returns the plan in a single dispatch, or null where the tail is of another class. @throws KernelsError `invalid-tail` */
export function singleDispatchPlan(tail: Tail): SeparablePlan | null {
  const found = findSeparableDense(tail);
  return 'misfit' in found ? null : separablePlan(tail, found);
}

function separablePlan(tail: Tail, step: SeparableDenseStep): SeparablePlan {
  const target = targetNode(tail);
  return {
    kind: 'separable-dense',
    tail,
    positions: positionsOf(target.shape),
    channels: channelsOf(target.shape),
    classes: step.classes,
    scoreFunction: tail.scoreFunction,
    step,
  };
}

/** Returns what one run over `inputs` inputs costs. */
export function planCost(plan: SeparablePlan, inputs: number): PlanCost {
  const { step, channels, classes } = plan;
  const positions = plan.positions.reduce((product, length) => product * length, 1);
  const contributions = step.features * channels * classes;
  const activations = positions * channels;
  const drops = channels * classes;
  return {
    dispatches: 1,
    bytes: 4 * (inputs * (activations + 2 * step.features * channels + 2 * drops + channels) + contributions),
    operations: inputs * (contributions + activations * (1 + step.stages.length) + 4 * drops),
  };
}
