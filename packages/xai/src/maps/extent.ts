/** Returns the smallest and the largest of the values; Infinity and -Infinity where there are none. */
export function extentOf(values: Iterable<number>): { readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Returns the largest absolute value, 0 where there is none. */
export function largestAbsolute(values: Iterable<number>): number {
  const { low, high } = extentOf(values);
  return Math.max(0, -low, high);
}
