import type { AblationValue } from '../ablation/contract.ts';
import { isPerInput } from '../ablation/off-values.ts';
import type { InputChunk } from './chunked-ablation.ts';

/**
 * How shaders are given the ablation values (`switch-off.wgsl`, `separable-dense.wgsl`): one a channel, one a channel and
 * input, or none where the channel's mean is taken.
 */
export const OFF_MODES = { channel: 0, 'channel-and-input': 1, mean: 2 } as const;

export type OffMode = keyof typeof OFF_MODES;

/** The values that belong to the inputs of a chunk. */
export function ablationValues(
  ablation: AblationValue,
  channels: number,
  { firstInput, inputs }: Pick<InputChunk, 'firstInput' | 'inputs'>,
): { mode: OffMode; values: Float32Array | null } {
  if (ablation.kind === 'channel-mean') return { mode: 'mean', values: null };
  const { values } = ablation;
  if (!isPerInput(values, channels)) return { mode: 'channel', values };
  return {
    mode: 'channel-and-input',
    values: values.subarray(firstInput * channels, (firstInput + inputs) * channels),
  };
}
