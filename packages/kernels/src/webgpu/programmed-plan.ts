import { DEFAULT_BUDGET_BYTES } from '../plan/chunks.ts';
import { planSteps } from '../plan/plan-steps.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanLimits } from '../plan/step-plan.ts';
import type { Layout } from './launch/layout.ts';
import type { Programmed } from './program/program-ablation.ts';
import { programmedSeparable } from './separable-dense/separable-program.ts';
import { programmedSteps } from './steps/programmed-steps.ts';

/**
 * Returns a plan as programs of chunks, without a device. A single dispatch is for the serial layout; the wide one takes the same
 * tail in steps, which fill hardware.
 *
 * @param budgetBytes GPU memory a run may take besides the weights; default: the plan's
 * @throws KernelsError `too-large` where the limits leave no way
 */
export function programmedPlan(
  plan: Plan,
  layout: Layout,
  limits: PlanLimits,
  budgetBytes?: number,
): Programmed {
  const budget = budgetBytes ?? (plan.kind === 'steps' ? plan.budgetBytes : DEFAULT_BUDGET_BYTES);
  if (plan.kind === 'steps') return programmedSteps({ ...plan, budgetBytes: budget }, layout);
  if (layout.name === 'serial') return programmedSeparable(plan, limits, budget);
  return programmedSteps(planSteps(plan.tail, { limits, budgetBytes: budget }), layout);
}
