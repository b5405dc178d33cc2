import { channelsPerVariant } from '../plan/owner.ts';
import { bytesPerInput, bytesPerVariant, chunkSizes, type ChunkSizes } from '../plan/chunk-sizes.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { VariantStep } from '../plan/steps.ts';
import { channelsOf, sizeOf } from '../tail/shape.ts';
import type { ChunkLimits } from './program-engine.ts';

/** Copies of a step's result that exist at once while its epilogue is applied. */
const COPIES = 3;

/**
 * Returns the chunks of a run. They stay within the plan's budget although a library writes down what a kernel of our own
 * keeps to itself, the results of steps before they are pooled; and are no larger than pays.
 *
 * @throws KernelsError `too-large` where not even one variant fits
 */
export function programChunkSizes(
  plan: StepPlan,
  inputs: number,
  maps: number,
  { bytes, operations }: ChunkLimits,
): ChunkSizes {
  const elements = plan.variantSteps.reduce((most, step) => {
    return 'shape' in step ? Math.max(most, sizeOf(step.shape)) : most;
  }, 1);
  const scratch = Array.from({ length: COPIES }, () => ({ perVariant: true, elements }));
  const unfused = { ...plan, slots: [...plan.slots, ...scratch] };
  const pays = bytesPerInput(unfused, maps) + Math.max(bytes, bytesPerVariant(unfused));
  const sizes = chunkSizes({ ...unfused, budgetBytes: Math.min(plan.budgetBytes, pays) }, inputs, maps);
  return inTime(sizes, plan, operations);
}

/** Chunks no operation of which takes longer than others may wait. */
function inTime(sizes: ChunkSizes, { variantSteps, channels }: StepPlan, operations: number): ChunkSizes {
  const heaviest = variantSteps.reduce((most, step) => Math.max(most, operationsPerVariant(step)), 1);
  const rows = Math.max(1, Math.floor(operations / heaviest));
  if (sizes.inputs * sizes.variants <= rows) return sizes;
  if (sizes.variants === channels && rows >= channels) {
    return { inputs: Math.floor(rows / channels), variants: channels };
  }
  const most = Math.min(rows, sizes.variants);
  return { inputs: 1, variants: Math.ceil(channels / Math.ceil(channels / most)) };
}

/** Multiply-adds of the layer that a step applies to the deltas of one variant. */
function operationsPerVariant(step: VariantStep): number {
  switch (step.kind) {
    case 'contribute':
      return (
        sizeOf(step.shape) *
        sizeOf(step.sliding.window) *
        channelsPerVariant(step.source.owner, channelsOf(step.source.shape))
      );
    case 'convolve':
      return sizeOf(step.shape) * sizeOf(step.sliding.window) * step.source.segment.length;
    case 'propagate':
      return step.operation.kind === 'depthwise' ? sizeOf(step.shape) * sizeOf(step.operation.window) : 0;
    case 'combine':
    case 'concatenate':
    case 'fallback':
    case 'score':
      return 0;
  }
}
