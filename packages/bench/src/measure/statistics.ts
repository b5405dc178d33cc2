/** What is told of a sample: its middle and how far its middle half reaches. */
export interface Summary {
  readonly median: number;
  /** First and third quartile. */
  readonly quartiles: readonly [number, number];
  readonly count: number;
}

/** @throws RangeError for an empty sample */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
    count: sorted.length,
  };
}

/**
 * The quantile of ascending values, linear between its neighbours.
 *
 * Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, definition 7.
 */
export function quantile(sorted: readonly number[], fraction: number): number {
  if (sorted.length === 0) throw new RangeError('An empty sample has no quantiles.');
  const at = (sorted.length - 1) * fraction;
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

/** The fewest values whose quartiles say anything of their spread. */
export const FEWEST_VALUES = 3;

/**
 * Whether two samples differ beyond their spread: their middle halves, each widened by its own length on both sides, do not
 * overlap. That covers what a sample of a few values and a machine with other work make of the same time; of fewer than three
 * values nothing is said.
 */
export function differs(
  a: Pick<Summary, 'quartiles' | 'count'>,
  b: Pick<Summary, 'quartiles' | 'count'>,
): boolean {
  if (Math.min(a.count, b.count) < FEWEST_VALUES) return false;
  const [aLow, aHigh] = widened(a.quartiles);
  const [bLow, bHigh] = widened(b.quartiles);
  return aHigh < bLow || bHigh < aLow;
}

function widened([low, high]: readonly [number, number]): [number, number] {
  return [low - (high - low), high + (high - low)];
}
