/** How far a number may be off; where both are given, the sum of both. */
export interface Tolerance {
  readonly absolute?: number;
  /** A fraction of the largest absolute expected value that is finite. */
  readonly ofLargest?: number;
}

/**
 * @throws Error naming the worst element, where the lengths differ, a number is further off than allowed, or only one of
 *   two is NaN
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what = 'values',
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: expected ${expected.length} numbers, got ${actual.length}`);
  }
  const { absolute = 0, ofLargest = 0 } = tolerance;
  const sizes = Array.from(expected, Math.abs).filter(Number.isFinite);
  const largest = sizes.reduce((max, size) => Math.max(max, size), 0);
  const allowed = absolute + ofLargest * largest;

  let worst = { index: -1, got: NaN, want: NaN, difference: allowed };
  let offCount = 0;
  for (let index = 0; index < expected.length; index++) {
    const [got = NaN, want = NaN] = [actual[index], expected[index]];
    const difference = distance(got, want);
    if (difference <= allowed) continue;
    offCount++;
    if (worst.index < 0 || difference > worst.difference) worst = { index, got, want, difference };
  }
  if (offCount === 0) return;
  const share = largest > 0 ? ` (${(worst.difference / largest).toExponential(2)} of the largest)` : '';
  throw new Error(
    `${what}: ${offCount} of ${expected.length} differ by more than ${allowed}; the worst is [${worst.index}]: ` +
      `got ${worst.got}, expected ${worst.want}, difference ${worst.difference}${share}`,
  );
}

function distance(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Infinity : difference;
}
