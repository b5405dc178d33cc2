import type { Norm, Weighting } from './contract.ts';

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
