import type { Norm, Weighting } from './contract.ts';

/**
 * Returns ||A_k|| over all positions, in float64. Read where it lies: planes of their own would take as much memory as the
 * activation.
 *
 * @param activation `[positions, channels]`
 */
export function channelNorm(activation: Float32Array, channel: number, channels: number, norm: Norm): number {
  let sum = 0;
  for (let i = channel; i < activation.length; i += channels) {
    const value = activation[i]!;
    sum += norm === 1 ? Math.abs(value) : value * value;
  }
  return norm === 1 ? sum : Math.sqrt(sum);
}

/** Returns the mean of A_k over all positions, in float64. @param activation `[positions, channels]` */
export function channelMean(activation: Float32Array, channel: number, channels: number): number {
  let sum = 0;
  for (let i = channel; i < activation.length; i += channels) sum += activation[i]!;
  return (sum * channels) / activation.length;
}

/**
 * Returns the weight of a channel whose ablation lowers `score` by `drop`: `drop / |score|` or `drop / norm`, and 0
 * where the divisor is 0.
 */
export function channelWeight(weighting: Weighting, drop: number, score: number, norm: number): number {
  const divisor = weighting === 'slope' ? norm : Math.abs(score);
  return divisor === 0 ? 0 : drop / divisor;
}
