/**
 * Returns the smallest and the largest of the values, those that are no number left out; Infinity and -Infinity where there
 * are none.
 */
export function extentOf(values: ArrayLike<number>): { readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Returns the largest absolute value, 0 where there is none. */
export function largestAbsolute(values: ArrayLike<number>): number {
  const { low, high } = extentOf(values);
  return Math.max(0, -low, high);
}
