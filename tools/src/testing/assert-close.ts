/** How far a number may be off; where both are given, the sum of both. */
export interface Tolerance {
  readonly absolute?: number;
  /** A fraction of the largest absolute expected value. */
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
    throw new Error(`${what}: expected ${String(expected.length)} numbers, got ${String(actual.length)}`);
  }
  const { absolute = 0, ofLargest = 0 } = tolerance;
  const largest = Array.from(expected).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const allowed = absolute + ofLargest * largest;

  let worst = -1;
  let worstDifference = allowed;
  let offCount = 0;
  for (let index = 0; index < expected.length; index++) {
    const difference = distance(actual[index] ?? NaN, expected[index] ?? NaN);
    if (difference <= allowed) continue;
    offCount++;
    if (worst < 0 || difference > worstDifference) [worst, worstDifference] = [index, difference];
  }
  if (worst < 0) return;
  throw new Error(
    `${what}: ${String(offCount)} of ${String(expected.length)} differ by more than ${String(allowed)}; ` +
      `the worst is [${String(worst)}]: got ${String(actual[worst])}, expected ${String(expected[worst])}, ` +
      `difference ${String(worstDifference)}` +
      (largest > 0 ? ` (${(worstDifference / largest).toExponential(2)} of the largest)` : ''),
  );
}

function distance(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Infinity : difference;
}
