import type { AblationOutput, Norm, Weighting } from '../ablation/contract.ts';
import type { ScoreChange } from './score-change.ts';

/** Returns the channel's activation as a plane, `[positions]`, from a channels-last activation `[positions, channels]`. */
export function channelPlane(activation: Float32Array, channel: number, channels: number): Float64Array {
  const plane = new Float64Array(activation.length / channels);
  for (let p = 0; p < plane.length; p++) plane[p] = activation[p * channels + channel]!;
  return plane;
}

/** Returns ||A_k|| over all positions. */
export function channelNorm(plane: Iterable<number>, norm: Norm): number {
  let sum = 0;
  for (const value of plane) {
    sum += norm === 1 ? Math.abs(value) : value * value;
  }
  return norm === 1 ? sum : Math.sqrt(sum);
}

/**
 * Returns the weight of a channel whose ablation lowers `score` by `drop`: `drop / |score|` or `drop / norm`, and 0
 * where the divisor is 0.
 */
export function channelWeight(weighting: Weighting, drop: number, score: number, norm: number): number {
  const divisor = weighting === 'slope' ? norm : Math.abs(score);
  return divisor === 0 ? 0 : drop / divisor;
}

/**
 * Returns the weights of all channels for all classes, `[channels, classes]`.
 *
 * @param change of the scores without each channel
 * @param activation `[positions, channels]`
 */
export function channelWeights(
  { scores, drops }: ScoreChange,
  activation: Float32Array,
  weighting: Weighting,
  norm: Norm,
): Float64Array {
  const classes = scores.length;
  const channels = drops.length / classes;
  const weights = new Float64Array(drops.length);
  for (let k = 0; k < channels; k++) {
    const length = weighting === 'slope' ? channelNorm(channelPlane(activation, k, channels), norm) : 0;
    for (let c = 0; c < classes; c++) {
      weights[k * classes + c] = channelWeight(weighting, drops[k * classes + c]!, scores[c]!, length);
    }
  }
  return weights;
}

/**
 * Writes the maps of a class, max(0, sum_k w_k A_k) and with its sign, worked out in float64, to place `at` of many.
 *
 * @param activation of the input, `[positions, channels]`
 * @param weights of the input, `[channels, classes]`
 */
export function drawMap(
  activation: Float32Array,
  weights: Float32Array | Float64Array,
  classes: number,
  classIndex: number,
  { mapSigned, map }: Pick<AblationOutput, 'mapSigned' | 'map'>,
  at: number,
): void {
  const channels = weights.length / classes;
  const ofClass = new Float64Array(channels);
  for (let k = 0; k < channels; k++) ofClass[k] = weights[k * classes + classIndex]!;
  const signed = weightedMap(activation, ofClass);
  mapSigned.set(signed, at * signed.length);
  map.set(
    signed.map((value) => Math.max(0, value)),
    at * signed.length,
  );
}

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
