import type { ModelInput } from '@ablation-cam/model';
import type { Blank } from '../protocol/calls.ts';
import { channelMeans } from '../state/channel-means.ts';

/** Returns an input without anything to see in it, `[...shape]`. */
export function blankInput({ data, shape }: Pick<ModelInput, 'data' | 'shape'>, blank: Blank): Float32Array {
  if (blank === 'zero') return new Float32Array(data.length);
  const means = channelMeans(data, shape.at(-1) ?? 1);
  return Float32Array.from(data, (_, i) => means[i % means.length] ?? 0);
}
