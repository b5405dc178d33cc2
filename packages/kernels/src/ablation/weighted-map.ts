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
  const end = map.length - (map.length % ROWS);
  for (let p = 0; p < end; p += ROWS) addRows(map, p, activation, weights);
  for (let p = end; p < map.length; p++) {
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += weights[k]! * activation[p * channels + k]!;
    map[p] = sum;
  }
  return map;
}

/** Positions that are summed side by side: an addition takes longer than a core needs to begin the next one. */
const ROWS = 4;

function addRows(map: Float64Array, p: number, activation: Float32Array, weights: ArrayLike<number>): void {
  const channels = weights.length;
  const first = p * channels;
  const second = first + channels;
  const third = second + channels;
  const fourth = third + channels;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let k = 0; k < channels; k++) {
    const weight = weights[k]!;
    a += weight * activation[first + k]!;
    b += weight * activation[second + k]!;
    c += weight * activation[third + k]!;
    d += weight * activation[fourth + k]!;
  }
  map[p] = a;
  map[p + 1] = b;
  map[p + 2] = c;
  map[p + 3] = d;
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
  const stored = new Float64Array(weights.length);
  for (let k = 0; k < stored.length; k++) {
    stored[k] = Math.min(LARGEST_FLOAT, Math.max(-LARGEST_FLOAT, weights[k]!));
  }
  const signed = weightedMap(activation, stored);
  const first = at * signed.length;
  // Loops: callbacks for each position take longer than the sums.
  for (let p = 0; p < signed.length; p++) {
    const value = toFiniteFloat(signed[p]!);
    mapSigned[first + p] = value;
    map[first + p] = Math.max(0, value);
  }
}
