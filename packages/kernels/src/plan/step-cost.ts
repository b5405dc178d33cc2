import { channelsOf } from '../tail/shape.ts';
import { chunksPerInput } from './chunk-sizes.ts';
import { operationsOf } from '../operations/tail-operations.ts';
import { linearMultiplyAdds } from '../operations/multiply-adds.ts';
import { factsOf } from '../operations/operation-facts.ts';
import { channelsPerVariant } from './owner.ts';
import type { StepPlan } from './step-plan.ts';
import type { PlanStep, ValueId } from './steps.ts';
import { valueMade, valuesRead } from './values-read.ts';
import { weightOperations } from './weights.ts';

/** What a step costs for one input, all variants together. */
export interface StepCost {
  /** In one chunk; none of them depends on the number of channels. */
  readonly dispatches: number;
  /** Multiply-adds. */
  readonly operations: number;
  /** Whether they grow with the number of variants: K applications instead of one. */
  readonly isKFold: boolean;
  /** Multiply-adds that are done once for all runs, when the weights are prepared. */
  readonly weightOperations: number;
  /** Bytes read and written if every value crosses the memory bus once for each chunk. */
  readonly bytes: number;
}

export function stepCost(plan: StepPlan, step: PlanStep): StepCost {
  const operations = operationsOfStep(plan, step);
  return {
    dispatches: dispatchesOf(step),
    operations,
    isKFold: step.kind === 'convolve' || (step.kind === 'propagate' && operations > 0),
    weightOperations: 'kernel' in step ? weightOperations(step.kernel) : 0,
    bytes: bytesOf(plan, step),
  };
}

function operationsOfStep({ channels }: StepPlan, step: PlanStep): number {
  switch (step.kind) {
    case 'evaluate':
      return operationsOf(step.operation, step.inputs[0]?.shape ?? [], step.shape);
    case 'contribute': {
      const { shape, owner } = step.source;
      const read = channels * channelsPerVariant(owner, channelsOf(shape));
      return linearMultiplyAdds(step.shape, step.sliding.window, read);
    }
    case 'convolve':
      return channels * linearMultiplyAdds(step.shape, step.sliding.window, step.source.segment.length);
    case 'propagate': {
      const { operation, source, shape, segment } = step;
      const once = operationsOf(operation, source.shape, shape);
      return channels * (segment.length / channelsOf(shape)) * once;
    }
    case 'switch-off':
    case 'combine':
    case 'concatenate':
    case 'fallback':
    case 'score':
      return 0;
  }
}

function dispatchesOf(step: PlanStep): number {
  if (step.kind === 'fallback') return step.frontier.length;
  const parts = 'parts' in step ? Math.max(1, step.parts.length) : 1;
  // Sums over all positions may be finished in a second dispatch.
  return parts + ('epilogue' in step && step.epilogue.globalPool ? 1 : 0);
}

function bytesOf(plan: StepPlan, step: PlanStep): number {
  const chunks = step.kind === 'switch-off' || step.kind === 'evaluate' ? 1 : chunksPerInput(plan);
  const bytes = (value: ValueId): number => {
    const { stream = 'base', elements = 0 } = plan.values[value] ?? {};
    return 4 * elements * (stream === 'delta' ? plan.channels : chunks);
  };
  const made = valueMade(step);
  const values = [...valuesRead(step), ...(made === null ? [] : [made])];
  const scores = step.kind === 'score' ? plan.channels : 0;
  return values.reduce((sum, value) => sum + bytes(value), 0) + 4 * (chunks * weightsOf(step) + scores);
}

/** Weights a step reads. */
function weightsOf(step: PlanStep): number {
  if (!('parts' in step) || step.parts.length === 0) {
    if (step.kind !== 'propagate') return 0;
    const kernel = factsOf(step.operation).kernel(step.operation, step.source.shape);
    return kernel ? kernel.rows * kernel.columns : 0;
  }
  return (step.parts.at(-1)?.end ?? 0) * channelsOf(step.shape);
}
