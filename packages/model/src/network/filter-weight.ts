import type { FilterWeight, LayerWeight } from './network.ts';

/**
 * Returns a layer's weights with the part of its filter that makes one channel at zero; the others are the same arrays.
 *
 * @param channels of what the layer yields
 */
export function withoutFilter(
  weights: readonly LayerWeight[],
  { weight, stride }: FilterWeight,
  channels: number,
  channel: number,
): LayerWeight[] {
  const filter = weights[weight];
  if (!filter) throw new RangeError(`The layer has no weight ${String(weight)}.`);
  const values = filter.values.map((value, i) => (Math.floor(i / stride) % channels === channel ? 0 : value));
  return weights.with(weight, { ...filter, values });
}
