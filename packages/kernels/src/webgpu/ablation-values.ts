import type { AblationValue } from '../ablation/contract.ts';

/**
 * How shaders are given the ablation values (`switch-off.wgsl`, `separable-dense.wgsl`): one a channel, one a channel and
 * input, or none where the channel's mean is taken.
 */
export const OFF_MODES = { channel: 0, 'channel-and-input': 1, mean: 2 } as const;

/** The values that belong to inputs `first` to `first + inputs - 1`. */
export function ablationValues(
  ablation: AblationValue,
  channels: number,
  { first, inputs }: { readonly first: number; readonly inputs: number },
): { mode: keyof typeof OFF_MODES; values: Float32Array | null } {
  if (ablation.kind === 'channel-mean') return { mode: 'mean', values: null };
  const { values } = ablation;
  if (values.length === channels) return { mode: 'channel', values };
  return {
    mode: 'channel-and-input',
    values: values.subarray(first * channels, (first + inputs) * channels),
  };
}
