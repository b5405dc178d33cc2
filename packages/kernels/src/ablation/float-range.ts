/** The largest finite float32. */
export const LARGEST_FLOAT = 3.4028234663852886e38;

/** The nearest float32 that is finite. */
export function toFiniteFloat(value: number): number {
  return Math.fround(Math.min(LARGEST_FLOAT, Math.max(-LARGEST_FLOAT, value)));
}

/** How many values stand at an end of the float32 range: those that passed it, and were set to it. */
export function countClamped(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (Math.abs(value) >= LARGEST_FLOAT) count++;
  return count;
}
