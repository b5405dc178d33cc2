import type { PlanStep } from '../../plan/steps.ts';
import type { Kernel } from '../operations/kernel.ts';
import { SCORE, SWITCH_OFF } from '../operations/shaders.ts';
import { frontierLaunches } from './fallback.ts';
import { evaluateLaunches } from './input-steps.ts';
import type { StepConstants } from './step-constants.ts';
import { StepContext } from './step-context.ts';
import { variantLaunches } from './variant-steps.ts';

/**
 * The kernels of the launches of steps. Of the chunk they depend on nothing but whether there is more than one input or
 * variant: launches are made for one and for two, with no buffer in the place of every value, and only their kernels are
 * looked at.
 */
export function stepKernels(
  steps: readonly PlanStep[],
  valueCount: number,
  constants: ReadonlyMap<PlanStep, StepConstants>,
): Kernel[] {
  const noBuffer = {} as GPUBuffer;
  const scratch = { create: (): GPUBuffer => noBuffer };
  const values = Array.from({ length: valueCount }, () => noBuffer);
  const contexts = [1, 2].flatMap((inputs) =>
    [1, 2].map((variants) => {
      return new StepContext({ inputs, variants, firstVariant: 0 }, values, constants, scratch);
    }),
  );
  const kernelsOf = (step: PlanStep, context: StepContext): readonly Kernel[] => {
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
  };
  return steps.flatMap((step) => contexts.flatMap((context) => kernelsOf(step, context)));
}
