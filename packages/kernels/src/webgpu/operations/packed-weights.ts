import type { WeightPart } from '../../plan/steps.ts';
import type { WeightValues } from '../../plan/weights.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';

/** Of a tile of `convolution.wgsl` and `contribution.wgsl`. */
export const FILTERS = 8;

/** Rows of a kernel on the device; see `packWeights`. */
export interface PackedWeights {
  readonly part: WeightPart;
  readonly buffer: BufferSpec;
}

/** Where the scale stands in the constants of a convolution: the bias comes first. */
export function convolutionScaleAt(filters: number): number {
  return Math.ceil(filters / FILTERS) * FILTERS;
}

/**
 * Returns rows of a kernel as `convolution.wgsl` reads them, `[rows, tiles of 8 filters]`, then bias and scale.
 *
 * @param kernel `[taps * channels, filters]`
 */
export function packWeights(
  kernel: WeightValues,
  filters: number,
  { start, end }: WeightPart,
  bias: Float32Array | null,
  scale: WeightValues | null,
): Float32Array<ArrayBuffer> {
  const row = convolutionScaleAt(filters);
  const packed = new Float32Array((end - start + 2) * row);
  for (let r = start; r < end; r++) {
    packed.set(kernel.subarray(r * filters, (r + 1) * filters), (r - start) * row);
  }
  if (bias) packed.set(bias, (end - start) * row);
  if (scale) packed.set(scale, (end - start + 1) * row);
  return packed;
}

/** Bytes of what `packWeights` returns. */
export function packedByteLength(filters: number, { start, end }: WeightPart): number {
  return 4 * (end - start + 2) * convolutionScaleAt(filters);
}
