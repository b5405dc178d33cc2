import type { Tail } from '../tail/tail.ts';
import { singleDispatchPlan, type Plan } from './plan.ts';
import { DEFAULT_LIMITS, planSteps, type PlanOptions } from './plan-steps.ts';
import { largestBinding } from './weight-parts.ts';

/**
 * Plans the ablation of every channel of any tail: in a single dispatch where its class allows it and the dense layer
 * fits into one buffer, otherwise in steps.
 *
 * @throws KernelsError `invalid-tail` where the tail contradicts itself, `too-large` where the limits leave no way
 */
export function planTail(tail: Tail, options: PlanOptions = {}): Plan {
  const single = singleDispatchPlan(tail);
  const limit = largestBinding(options.limits ?? DEFAULT_LIMITS);
  return single && 4 * single.step.kernel.length <= limit ? single : planSteps(tail, options);
}
