/** Returns the mean of each channel of values `[...positions, channels]`. */
export function channelMeans(values: ArrayLike<number>, channels: number): readonly number[] {
  const sums = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) sums[i % channels] = (sums[i % channels] ?? 0) + (values[i] ?? 0);
  return Array.from(sums, (sum) => (sum * channels) / values.length);
}
