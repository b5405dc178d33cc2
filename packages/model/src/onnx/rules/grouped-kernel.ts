interface Groups {
  readonly filters: number;
  /** Channels that each filter reads. */
  readonly perGroup: number;
  readonly taps: number;
  readonly groups: number;
}

/**
 * The kernel `[taps, channels, filters]` of a convolution whose filters each read the channels of their group only, with zeros
 * for the others.
 *
 * @param values `[filters, channels of a group, taps]`
 */
export function groupedKernel(
  values: Float32Array,
  { filters, perGroup, taps, groups }: Groups,
): Float32Array {
  const channels = perGroup * groups;
  const kernel = new Float32Array(taps * channels * filters);
  for (let filter = 0; filter < filters; filter++) {
    const first = Math.floor(filter / (filters / groups)) * perGroup;
    for (let c = 0; c < perGroup; c++) {
      for (let tap = 0; tap < taps; tap++) {
        const value = values[(filter * perGroup + c) * taps + tap] ?? 0;
        kernel[(tap * channels + first + c) * filters + filter] = value;
      }
    }
  }
  return kernel;
}
