/** Uniform numbers in [0, 1) that are the same everywhere for the same seed; fast enough for a hundred million weights. */
export function uniformNumbers(seed: number): () => number {
  let state = (seed >>> 0) ^ 0x9e3779b9;
  // The generator mulberry32 (Tommy Ettinger, public domain).
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A feature map as a ReLU leaves it, `[positions, channels]`: half of it is zero, and few channels are strong while many are
 * weak, as in trained networks.
 */
export function featureMap(seed: number, positions: number, channels: number): Float32Array {
  const next = uniformNumbers(seed);
  const strength = Float32Array.from({ length: channels }, () => 4 * next() ** 3);
  return Float32Array.from({ length: positions * channels }, (_, i) =>
    Math.max(0, (2 * next() - 1) * strength[i % channels]!),
  );
}
