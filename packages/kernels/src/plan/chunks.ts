import { KernelsError } from '../errors.ts';
import type { SeparablePlan } from './plan.ts';
import { resultLayout, type Wanted } from './result-layout.ts';

/** Channels a workgroup of the ablation kernel takes together; `CHANNEL_LANES` in `separable-dense.wgsl`. */
export const CHANNEL_LANES = 8;

/** GPU memory a run may take besides the weights, unless its caller says otherwise. */
export const DEFAULT_BUDGET_BYTES = 512 * 1024 * 1024;

/** The limits of a device that bound a chunk. */
export interface ChunkLimits {
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

/** Elements of one of the two scratch planes of a workgroup, all its channels together. */
export function scratchHalf(plan: SeparablePlan): number {
  const { stages, reduction } = plan.step;
  const stored = stages.slice(0, reduction === null ? stages.length : stages.length - 1);
  const largest = stored.reduce((most, { output }) => Math.max(most, output.height * output.width), 1);
  return largest * CHANNEL_LANES;
}

/**
 * Float32 elements that one input takes in each buffer of a run. The result has the falls of all logits at its end, wanted or
 * not: what is read back of it is `resultLayout`'s.
 */
export function elementsPerInput(
  plan: SeparablePlan,
  wanted: Wanted,
): { activation: number; logits: number; scratch: number; result: number } {
  const { channels, classes } = plan;
  const positions = plan.positions.reduce((product, length) => product * length, 1);
  return {
    activation: positions * channels,
    logits: classes,
    scratch: Math.ceil(channels / CHANNEL_LANES) * 2 * scratchHalf(plan),
    result: resultLayout(plan, 1, { ...wanted, scores: true }).length,
  };
}

/**
 * Returns how many inputs go into one submission so that every buffer, the grid and the sum of all buffers stay within
 * the limits.
 *
 * @throws KernelsError `too-large` where even one input does not fit, naming the buffer
 */
export function inputsPerChunk(
  plan: SeparablePlan,
  wanted: Wanted,
  limits: ChunkLimits,
  budgetBytes: number,
): number {
  const largestBuffer = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const { classes: maps } = wanted;
  const elements = elementsPerInput(plan, wanted);
  const kernelBytes = 4 * plan.step.kernel.length;
  if (kernelBytes > largestBuffer) throw tooLarge('weights of the dense layer', kernelBytes, largestBuffer);
  let inputs = limits.maxComputeWorkgroupsPerDimension;
  let total = 0;
  for (const [name, count] of Object.entries(elements)) {
    const bytes = 4 * count;
    if (bytes > largestBuffer) throw tooLarge(name, bytes, largestBuffer);
    inputs = Math.min(inputs, Math.floor(largestBuffer / bytes));
    total += bytes;
  }
  // What is read back exists besides, for two chunks at a time: results, and the activation where the CPU makes the map of it.
  total += 8 * (resultLayout(plan, 1, wanted).length + elements.logits + elements.activation);
  if (maps > limits.maxComputeWorkgroupsPerDimension) {
    throw new KernelsError(
      'too-large',
      `${String(maps)} maps pass the device's grid limit of ${String(limits.maxComputeWorkgroupsPerDimension)}; ` +
        'explain fewer classes at once.',
    );
  }
  return Math.max(1, Math.min(inputs, Math.floor(budgetBytes / total)));
}

function tooLarge(name: string, bytes: number, limit: number): KernelsError {
  return new KernelsError(
    'too-large',
    `The ${name} of one input takes ${bytes.toFixed()} bytes, the device's largest buffer is ${limit.toFixed()}; ` +
      'use the reference executor or a smaller input.',
  );
}
