import { channelMean } from './channel-weights.ts';
import type { AblationValue } from './contract.ts';

/** Whether ablation values are those of each input, `[inputs, channels]`, and not of all inputs alike, `[channels]`. */
export function isPerInput(values: Float32Array, channels: number): boolean {
  return values.length !== channels;
}

/**
 * Returns the value that stands for "off" in each channel of input n, `[channels]`, in float64.
 *
 * @param activation of that input, `[positions, channels]`
 */
export function offValues(
  ablation: AblationValue,
  channels: number,
  n: number,
  activation: Float32Array,
): Float64Array {
  if (ablation.kind === 'channel-mean') {
    return new Float64Array(channels).map((_, k) => channelMean(activation, k, channels));
  }
  const { values } = ablation;
  const first = isPerInput(values, channels) ? n * channels : 0;
  return Float64Array.from(values.subarray(first, first + channels));
}
