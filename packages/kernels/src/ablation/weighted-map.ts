import type { AblationOutput } from './contract.ts';
import { LARGEST_FLOAT, toFiniteFloat } from './float-range.ts';

/**
 * Returns sum_k w_k A_k, `[positions]`, in float64.
 *
 * @param activation `[positions, channels]`
 */
export function weightedMap(activation: Float32Array, weights: ArrayLike<number>): Float64Array {
  const channels = weights.length;
  const map = new Float64Array(activation.length / channels);
  for (let p = 0; p < map.length; p++) {
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += weights[k]! * activation[p * channels + k]!;
    map[p] = sum;
  }
  return map;
}

/**
 * Writes the maps of a class, max(0, sum_k w_k A_k) and with its sign, worked out in float64, to place `at` of many.
 *
 * @param activation of the input, `[positions, channels]`
 * @param weights `[channels]`; those beyond float32 count as its ends, as they are stored
 */
export function writeMaps(
  activation: Float32Array,
  weights: ArrayLike<number>,
  { mapSigned, map }: Pick<AblationOutput, 'mapSigned' | 'map'>,
  at: number,
): void {
  const stored = Float64Array.from(weights, (weight) =>
    Math.min(LARGEST_FLOAT, Math.max(-LARGEST_FLOAT, weight)),
  );
  const signed = weightedMap(activation, stored);
  signed.forEach((value, p) => {
    mapSigned[at * signed.length + p] = toFiniteFloat(value);
    map[at * signed.length + p] = toFiniteFloat(Math.max(0, value));
  });
}
