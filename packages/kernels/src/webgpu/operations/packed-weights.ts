import type { WeightPart } from '../../plan/steps.ts';
import type { WeightValues } from '../../plan/weights.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import { writeHalves } from './halves.ts';

/** Of a tile of `convolution.wgsl` and `contribution.wgsl`. */
export const FILTERS = 8;

/** How rows of a kernel lie on the device. */
export interface Packing {
  readonly filters: number;
  readonly part: WeightPart;
  /** Whether each weight takes 16 bits, in which it is as exact. */
  readonly areHalves: boolean;
}

/** Rows of a kernel on the device; see `packWeights`. */
export interface PackedWeights extends Packing {
  readonly buffer: BufferSpec;
}

/** Where the scale stands in the constants of a convolution: the bias comes first. */
export function convolutionScaleAt(filters: number): number {
  return Math.ceil(filters / FILTERS) * FILTERS;
}

/** Where the bias stands in what `packWeights` returns, counted in float32 numbers: behind the kernel. */
export function convolutionBiasAt(packing: Packing): number {
  const { start, end } = packing.part;
  return numbersRead(packing, (end - start) * convolutionScaleAt(packing.filters));
}

/** How many float32 numbers take as much memory as `count` weights, an even number. */
export function numbersRead({ areHalves }: Pick<Packing, 'areHalves'>, count: number): number {
  return areHalves ? count / 2 : count;
}

/**
 * Returns rows of a kernel as `weights.wgsl` and `weights-halves.wgsl` read them, `[rows, tiles of 8 filters]`, then bias and
 * scale in float32.
 *
 * @param kernel `[taps * channels, filters]`; of halves, one of which `areHalves` holds
 */
export function packWeights(
  kernel: WeightValues,
  packing: Packing,
  bias: Float32Array | null,
  scale: WeightValues | null,
): Float32Array<ArrayBuffer> {
  const { filters } = packing;
  const { start, end } = packing.part;
  const row = convolutionScaleAt(filters);
  const packed = new Float32Array(packedByteLength(packing) / 4);
  const halves = packing.areHalves ? new Uint32Array(packed.buffer) : null;
  for (let r = start; r < end; r++) {
    const values = kernel.subarray(r * filters, (r + 1) * filters);
    if (halves) writeHalves(halves, (r - start) * row, Float32Array.from(values));
    else packed.set(values, (r - start) * row);
  }
  const biasAt = convolutionBiasAt(packing);
  if (bias) packed.set(bias, biasAt);
  if (scale) packed.set(scale, biasAt + row);
  return packed;
}

/** Bytes of what `packWeights` returns. */
export function packedByteLength(packing: Packing): number {
  return 4 * (convolutionBiasAt(packing) + 2 * convolutionScaleAt(packing.filters));
}
