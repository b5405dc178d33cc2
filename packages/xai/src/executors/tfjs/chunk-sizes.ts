import {
  bytesPerInput,
  bytesPerVariant,
  chunkSizes,
  sizeOf,
  type ChunkSizes,
  type StepPlan,
} from '@ablation-cam/kernels';

/**
 * How much a chunk of variants may hold: where the deltas of a step stay in the cache of a CPU core, the steps take half the
 * time.
 */
const CACHED_BYTES = 8 * 1024 * 1024;

/** Copies of a step's result that exist at once while its epilogue is applied. */
const COPIES = 3;

/**
 * Returns the chunks of a run. They stay within the plan's budget although TensorFlow.js writes down what a kernel of our own
 * keeps to itself, the results of steps before they are pooled; and are no larger than pays.
 *
 * @throws KernelsError `too-large` where not even one variant fits
 */
export function tfjsChunkSizes(plan: StepPlan, inputs: number, maps: number): ChunkSizes {
  const elements = plan.variantSteps.reduce((most, step) => {
    return 'shape' in step ? Math.max(most, sizeOf(step.shape)) : most;
  }, 1);
  const scratch = Array.from({ length: COPIES }, () => ({ perVariant: true, elements }));
  const unfused = { ...plan, slots: [...plan.slots, ...scratch] };
  const pays = bytesPerInput(unfused, maps) + Math.max(CACHED_BYTES, bytesPerVariant(unfused));
  return chunkSizes({ ...unfused, budgetBytes: Math.min(plan.budgetBytes, pays) }, inputs, maps);
}
