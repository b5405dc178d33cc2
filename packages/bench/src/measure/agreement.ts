/** A strategy whose answer is further from the float64 reference than this is not timed. */
export const LARGEST_RELATIVE_ERROR = 1e-4;

/**
 * max |got - want| / scale over one input at a time; the largest over all inputs. A value that is no number is infinitely
 * wrong.
 *
 * @param got `[batch, n]`
 * @param want `[batch, n]`
 * @param scales of each input: the largest absolute value of its whole answer, of which `want` may be a part
 */
export function maxRelativeError(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  scales: readonly number[],
): number {
  const length = want.length / scales.length;
  if (got.length !== want.length || !(length >= 1) || !Number.isInteger(length)) return Infinity;
  let worst = 0;
  for (const [n, scale] of scales.entries()) {
    for (let i = n * length; i < (n + 1) * length; i++) {
      const difference = Math.abs(got[i]! - want[i]!);
      if (!(difference < Infinity)) return Infinity;
      if (difference > 0) worst = Math.max(worst, difference / scale);
    }
  }
  return worst;
}

/** The largest absolute value of each input's part of `[batch, n]`. */
export function largestOfEach(values: ArrayLike<number>, batch: number): number[] {
  const length = values.length / batch;
  return Array.from({ length: batch }, (_, n) => {
    let largest = 0;
    for (let i = n * length; i < (n + 1) * length; i++) largest = Math.max(largest, Math.abs(values[i]!));
    return largest;
  });
}
