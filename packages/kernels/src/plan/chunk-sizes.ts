import { KernelsError } from '../errors.ts';
import { sizeOf } from '../tail/shape.ts';
import type { StepPlan } from './step-plan.ts';
import { largestBinding } from './weight-parts.ts';

/** How many inputs and how many variants of each go together. */
export interface ChunkSizes {
  readonly inputs: number;
  readonly variants: number;
}

/** Bytes for each variant of each input of a chunk: the slots of the deltas, and what a fallback hands out. */
export function bytesPerVariant({ slots, variantSteps }: StepPlan): number {
  const scratch = slots.reduce((sum, { perVariant, elements }) => sum + (perVariant ? elements : 0), 0);
  const handedOut = variantSteps.reduce((sum, step) => {
    if (step.kind !== 'fallback') return sum;
    return sum + step.frontier.reduce((total, { operand }) => total + sizeOf(operand.shape), 0);
  }, 0);
  return 4 * (scratch + handedOut);
}

/**
 * Bytes for each input of a chunk whatever its variants: base and off values and, twice because they are read back,
 * logits, scores, weights, the predicted class and the maps of `maps` classes, signed and not.
 */
export function bytesPerInput({ slots, channels, classes, positions }: StepPlan, maps = 1): number {
  const kept = slots.reduce((sum, { perVariant, elements }) => sum + (perVariant ? 0 : elements), 0);
  const results = classes + 2 * channels * classes + 1 + 2 * maps * sizeOf(positions);
  return 4 * (kept + 2 * results);
}

/**
 * Returns the chunks of a run over `inputs` inputs with `maps` maps each. All variants of as many inputs as the budget holds go together; where
 * it does not hold those of one input, its variants are taken in
 *
 *     ceil(K / floor((budget - bytes per input) / bytes per variant))
 *
 * chunks of nearly equal size. No value passes a buffer's limit, no chunk has more variants than the grid is long.
 *
 * @throws KernelsError `too-large` where not even one variant fits
 */
export function chunkSizes(plan: StepPlan, inputs: number, maps = 1): ChunkSizes {
  const { channels, budgetBytes } = plan;
  const perInput = bytesPerInput(plan, maps);
  const perVariant = bytesPerVariant(plan);
  const rows = Math.min(rowsPerBuffer(plan, true), plan.limits.maxComputeWorkgroupsPerDimension);
  const whole = Math.min(
    Math.floor(budgetBytes / (perInput + channels * perVariant)),
    Math.floor(rows / channels),
    rowsPerBuffer(plan, false),
  );
  if (whole >= 1) return { inputs: Math.min(inputs, whole), variants: channels };
  const most = Math.min(Math.floor((budgetBytes - perInput) / perVariant), rows);
  if (most < 1 || rowsPerBuffer(plan, false) < 1) throw tooLarge(plan, perInput + perVariant);
  return { inputs: 1, variants: Math.ceil(channels / Math.ceil(channels / most)) };
}

/** Returns how many chunks of variants one input takes. */
export function chunksPerInput(plan: StepPlan, maps = 1): number {
  return Math.ceil(plan.channels / chunkSizes(plan, 1, maps).variants);
}

/** GPU memory of a run besides the weights, in bytes. */
export function runBytes(plan: StepPlan, { inputs, variants }: ChunkSizes, maps = 1): number {
  return inputs * (bytesPerInput(plan, maps) + variants * bytesPerVariant(plan));
}

/** How many rows (inputs, or variants of inputs) the largest value lets into one buffer. */
function rowsPerBuffer({ slots, limits }: StepPlan, perVariant: boolean): number {
  const largest = slots.reduce(
    (most, slot) => (slot.perVariant === perVariant ? Math.max(most, slot.elements) : most),
    1,
  );
  return Math.floor(largestBinding(limits) / (4 * largest));
}

function tooLarge({ budgetBytes, limits }: StepPlan, bytes: number): KernelsError {
  return new KernelsError(
    'too-large',
    `One variant of one input takes ${bytes.toFixed()} bytes, but the budget is ${budgetBytes.toFixed()} and the ` +
      `device's largest buffer ${largestBinding(limits).toFixed()}; raise the budget or choose a later layer.`,
  );
}
