import { KernelsError } from '../errors.ts';
import { sizeOf } from '../tail/shape.ts';
import { resultLayout, wantedOf } from './result-layout.ts';
import { largestScratch, LAUNCH_BYTES, mostLaunches, stepScratch } from './step-memory.ts';
import type { StepPlan } from './step-plan.ts';
import { largestBinding } from './weight-parts.ts';

/** How many inputs and how many variants of each go together. */
export interface ChunkSizes {
  readonly inputs: number;
  readonly variants: number;
}

/** Besides those of launches: timestamps and what is bound where a kernel reads nothing. */
const SMALL_BUFFER_BYTES = 1024;

/** Bytes for each variant of each input of a chunk: the slots of the deltas, and what steps take besides. */
export function bytesPerVariant({ slots, variantSteps }: StepPlan): number {
  const kept = slots.reduce((sum, { perVariant, elements }) => sum + (perVariant ? elements : 0), 0);
  const scratch = variantSteps.reduce((sum, step) => sum + stepScratch(step).perVariant, 0);
  return 4 * (kept + scratch);
}

/**
 * Bytes for each input of a chunk whatever its variants: base and off values, ablation values and, three times because they are
 * read back, of two chunks at a time, logits, and the weights and maps of `maps` classes, maps signed and not; the scores of all
 * variants where they are wanted; the activation twice more, which is read back where the CPU makes the map. Parameters of launches are there once for all inputs, but small enough
 * to be counted with each.
 */
export function bytesPerInput(plan: StepPlan, maps = 1, keepsScores = false): number {
  const { slots, channels, classes, positions, inputSteps, variantSteps } = plan;
  const kept = slots.reduce((sum, { perVariant, elements }) => sum + (perVariant ? 0 : elements), 0);
  const scratch = variantSteps.reduce((sum, step) => sum + stepScratch(step).perInput, 0);
  const launches = [...inputSteps, ...variantSteps].reduce((sum, step) => sum + mostLaunches(step), 0);
  const results = classes + resultLayout(plan, 1, wantedOf(maps, keepsScores)).length;
  const elements = kept + scratch + channels + maps + 3 * results + 2 * sizeOf(positions) * channels;
  return 4 * elements + launches * LAUNCH_BYTES + SMALL_BUFFER_BYTES;
}

/**
 * Returns the chunks of a run over `inputs` inputs with `maps` classes each that are explained. All variants of as many inputs as the budget holds go together; where
 * it does not hold those of one input, its variants are taken in
 *
 *     ceil(K / floor((budget - bytes per input) / bytes per variant))
 *
 * chunks of nearly equal size. No value passes a buffer's limit, no chunk has more variants than the grid is long.
 *
 * @throws KernelsError `too-large` where not even one variant fits
 */
export function chunkSizes(plan: StepPlan, inputs: number, maps = 1, keepsScores = false): ChunkSizes {
  const { channels, budgetBytes } = plan;
  const perInput = bytesPerInput(plan, maps, keepsScores);
  const perBuffer = inputsPerBuffer(plan, maps, keepsScores);
  const perVariant = bytesPerVariant(plan);
  const rows = Math.min(variantsPerBuffer(plan), plan.limits.maxComputeWorkgroupsPerDimension);
  const whole = Math.min(
    Math.floor(budgetBytes / (perInput + channels * perVariant)),
    Math.floor(rows / channels),
    perBuffer,
  );
  if (whole >= 1) return { inputs: Math.min(inputs, whole), variants: channels };
  const most = Math.min(Math.floor((budgetBytes - perInput) / perVariant), rows);
  if (most < 1 || perBuffer < 1) throw tooLarge(plan, perInput + perVariant);
  return { inputs: 1, variants: Math.ceil(channels / Math.ceil(channels / most)) };
}

/** Returns how many chunks of variants one input takes. */
export function chunksPerInput(plan: StepPlan, maps = 1): number {
  return Math.ceil(plan.channels / chunkSizes(plan, 1, maps).variants);
}

/** GPU memory of a run besides the weights, in bytes. */
export function runBytes(
  plan: StepPlan,
  { inputs, variants }: ChunkSizes,
  maps = 1,
  keepsScores = false,
): number {
  return inputs * (bytesPerInput(plan, maps, keepsScores) + variants * bytesPerVariant(plan));
}

/** How many variants of inputs the largest value or scratch lets into one buffer. */
function variantsPerBuffer({ slots, variantSteps, limits }: StepPlan): number {
  const kept = slots.map(({ perVariant, elements }) => (perVariant ? elements : 1));
  const largest = Math.max(1, ...kept, ...variantSteps.map(largestScratch));
  return Math.floor(largestBinding(limits) / (4 * largest));
}

/** How many inputs the largest value or the result lets into one buffer. */
function inputsPerBuffer(plan: StepPlan, maps: number, keepsScores: boolean): number {
  const kept = plan.slots.map(({ perVariant, elements }) => (perVariant ? 1 : elements));
  const largest = Math.max(resultLayout(plan, 1, wantedOf(maps, keepsScores)).length, ...kept);
  return Math.floor(largestBinding(plan.limits) / (4 * largest));
}

function tooLarge({ budgetBytes, limits }: StepPlan, bytes: number): KernelsError {
  return new KernelsError(
    'too-large',
    `One variant of one input takes ${bytes.toFixed()} bytes, but the budget is ${budgetBytes.toFixed()} and the ` +
      `device's largest buffer ${largestBinding(limits).toFixed()}; raise the budget or choose a later layer.`,
  );
}
