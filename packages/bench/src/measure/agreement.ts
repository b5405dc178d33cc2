/** A strategy whose answer is further from the float64 reference than this is not timed. */
export const LARGEST_RELATIVE_ERROR = 1e-4;

/**
 * max |got - want| / max |want|, both over one input at a time; the largest over all inputs. A value that is no number is
 * infinitely wrong.
 *
 * @param got `[batch, n]`
 * @param want `[batch, n]`
 */
export function maxRelativeError(got: ArrayLike<number>, want: ArrayLike<number>, batch: number): number {
  if (got.length !== want.length || want.length === 0 || want.length % batch !== 0) return Infinity;
  const length = want.length / batch;
  let worst = 0;
  for (let n = 0; n < batch; n++) {
    let largest = 0;
    let furthest = 0;
    for (let i = n * length; i < (n + 1) * length; i++) {
      const difference = Math.abs(got[i]! - want[i]!);
      if (!(difference < Infinity)) return Infinity;
      largest = Math.max(largest, Math.abs(want[i]!));
      furthest = Math.max(furthest, difference);
    }
    if (furthest > 0) worst = Math.max(worst, furthest / largest);
  }
  return worst;
}
