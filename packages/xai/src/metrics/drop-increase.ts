import type { NetworkSource } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import type { FloatArray, PositionMap } from '../explanation/explanation.ts';
import { heatmapOf } from '../maps/heatmap.ts';
import { resizeBilinear } from '../maps/resize-bilinear.ts';
import { baselineValues, type Baseline } from '../methods/baseline.ts';
import { scoreMeasured, type Measured, type MeasuredMap, type MetricOptions } from './measured.ts';

/**
 * How a map becomes a masked input:
 *
 * - `top-fraction`: positions whose value is larger than the (floor(fraction n) + 1)-th largest of n are kept, the rest is
 *   replaced by the baseline. Ties at the threshold are not kept, so a map that is 0 in large parts keeps fewer;
 * - `soft-multiply`: each position is the input by the share h and the baseline by 1 - h, h the map divided by its maximum.
 *
 * The baseline is 0 unless given.
 */
export type MaskProtocol =
  | { readonly kind: 'top-fraction'; readonly fraction: number; readonly baseline?: Baseline | undefined }
  | { readonly kind: 'soft-multiply'; readonly baseline?: Baseline | undefined };

/** How the input is masked before the network sees it again. */
export interface DropIncreaseOptions extends MetricOptions {
  readonly protocol: MaskProtocol;
}

/** How one masked input fares. */
export interface DropIncrease {
  /** Y, the score of the input. */
  readonly score: number;
  /** O, the score of the masked input. */
  readonly maskedScore: number;
  /** max(0, (Y - O) / |Y|); 0 where Y is 0. For probabilities in [0, 1]: small where the map keeps what counts. */
  readonly drop: number;
  /** 1 where O > Y, else 0. */
  readonly increase: 0 | 1;
  /** Positions that were kept; null for `soft-multiply`, which keeps shares. */
  readonly kept: number | null;
}

/**
 * Masks each input with a map of it and watches the score of the map's class.
 *
 * Source: Chattopadhay et al., "Grad-CAM++", WACV 2018, section 4.1 (average drop and increase), with `soft-multiply` as the
 * mask; `top-fraction` is the protocol of the MNIST-1D and HMT study, with the fractions 0.3 and 0.9.
 *
 * @returns one for each map
 * @throws XaiError `invalid-option` for a fraction outside (0, 1] or a map that fits no input; the signal's reason
 */
export async function dropAndIncrease(
  source: NetworkSource,
  input: ExplainedInput,
  maps: readonly MeasuredMap[],
  { protocol, ...options }: DropIncreaseOptions,
): Promise<DropIncrease[]> {
  if (protocol.kind === 'top-fraction') checkFraction(protocol.fraction);
  const kept: (number | null)[] = [];
  const scores = await scoreMeasured(source, input, maps, options, 2, (measured, variant, into) => {
    if (variant === 0) into.set(measured.data);
    else kept.push(writeMasked(measured, protocol, into));
  });
  return scores.map(([score = 0, maskedScore = 0], index) => ({
    score,
    maskedScore,
    drop: score === 0 ? 0 : Math.max(0, (score - maskedScore) / Math.abs(score)),
    increase: maskedScore > score ? 1 : 0,
    kept: kept[index] ?? null,
  }));
}

/** @throws XaiError `invalid-option` */
export function checkFraction(fraction: number): void {
  if (fraction > 0 && fraction <= 1) return;
  throw new XaiError(
    'invalid-option',
    `fraction is the share of the input that is kept, above 0 and at most 1; got ${String(fraction)}.`,
  );
}

/**
 * Returns how much of the input a protocol keeps at each position, 0 to 1: what the masks of `dropAndIncrease` look like.
 *
 * @param positions of the input, `[length]` or `[height, width]`
 * @throws XaiError `invalid-option` for a fraction outside (0, 1]
 */
export function keptShares(
  map: PositionMap<FloatArray>,
  positions: readonly number[],
  protocol: MaskProtocol,
): PositionMap {
  if (protocol.kind === 'top-fraction') checkFraction(protocol.fraction);
  const resized = resizeBilinear(map, positions);
  return {
    shape: positions,
    data: Float32Array.from(shares({ map: resized.data, positions }, protocol)),
  };
}

/** Writes the masked input and returns how many positions it keeps. */
function writeMasked(measured: Measured, protocol: MaskProtocol, into: Float32Array): number | null {
  const { data, depth } = measured;
  const baseline = baselineValues(protocol.baseline ?? 0, data.length);
  const share = shares(measured, protocol);
  for (let i = 0; i < into.length; i++) {
    const h = share[Math.floor(i / depth)]!;
    into[i] = h === 1 ? data[i]! : baseline[i]! + h * (data[i]! - baseline[i]!);
  }
  return protocol.kind === 'top-fraction' ? share.reduce((count, h) => count + h, 0) : null;
}

function shares(measured: Pick<Measured, 'map' | 'positions'>, protocol: MaskProtocol): Float64Array {
  return protocol.kind === 'top-fraction' ? keptShare(measured.map, protocol.fraction) : softShare(measured);
}

/** 1 at the positions that are kept, else 0. */
function keptShare(map: Float64Array, fraction: number): Float64Array {
  // A hair more than the product, which may fall short of a whole number by rounding.
  const count = Math.floor(map.length * fraction + 1e-9);
  const threshold = map.toSorted()[map.length - 1 - count] ?? -Infinity;
  return map.map((value) => (value > threshold ? 1 : 0));
}

function softShare({ map, positions }: Pick<Measured, 'map' | 'positions'>): Float64Array {
  return Float64Array.from(heatmapOf({ shape: positions, data: map }, positions).data);
}
