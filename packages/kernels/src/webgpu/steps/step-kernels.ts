import type { PlanStep } from '../../plan/steps.ts';
import type { Kernel } from '../operations/kernel.ts';
import { SCORE, SWITCH_OFF } from '../operations/shaders.ts';
import { frontierLaunches } from './fallback.ts';
import { evaluateLaunches } from './input-steps.ts';
import type { StepConstants } from './step-constants.ts';
import { StepContext } from './step-context.ts';
import { variantLaunches } from './variant-steps.ts';

/**
 * The kernels of the launches of steps. They do not depend on the chunk: launches are made for one variant of one input, with no
 * buffer in the place of every value, and only their kernels are looked at.
 */
export function stepKernels(
  steps: readonly PlanStep[],
  valueCount: number,
  constants: ReadonlyMap<PlanStep, StepConstants>,
): Kernel[] {
  const batch = { inputs: 1, variants: 1, firstVariant: 0 };
  const noBuffer = {} as GPUBuffer;
  const scratch = { create: (): GPUBuffer => noBuffer };
  const values = Array.from({ length: valueCount }, () => noBuffer);
  const context = new StepContext(batch, values, constants, scratch);
  return steps.flatMap((step): Kernel[] => {
    switch (step.kind) {
      case 'switch-off':
        return [{ shader: SWITCH_OFF, overrides: {} }];
      case 'score':
        return [{ shader: SCORE, overrides: {} }];
      case 'evaluate':
        return evaluateLaunches(step, context);
      case 'fallback':
        return frontierLaunches(step, context, scratch).launches;
      case 'contribute':
      case 'convolve':
      case 'propagate':
      case 'combine':
      case 'concatenate':
        return variantLaunches(step, context);
    }
  });
}
