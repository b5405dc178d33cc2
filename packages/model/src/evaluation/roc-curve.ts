import { ModelError } from '../errors.ts';

/** A receiver operating characteristic: three equally long lists, from (0, 0) to (1, 1). */
export interface RocCurve {
  /**
   * Decision thresholds, falling: a sample counts as positive from this score on. The first is `Infinity`: nothing does.
   */
  readonly thresholds: readonly number[];
  /** Share of the negatives taken for positive at each threshold, rising. */
  readonly falsePositiveRate: readonly number[];
  /** Share of the positives found at each threshold, rising. */
  readonly truePositiveRate: readonly number[];
}

/**
 * The ROC curve of a score that should be high on positives. Samples with equal scores are decided together, so ties
 * become sloping lines. As with scikit-learn's `drop_intermediate`, a point that divides a straight piece into equal
 * steps is left out.
 *
 * @param scores one finite score a sample
 * @param isPositive whether the sample at an index is positive
 * @throws ModelError `invalid-data` when there are no positives or no negatives (the curve is undefined), or a score is
 *   not a number
 */
export function rocCurve(scores: ArrayLike<number>, isPositive: (sample: number) => boolean): RocCurve {
  const order = Array.from({ length: scores.length }, (_, sample) => sample);
  for (const sample of order) {
    if (Number.isNaN(scores[sample]!)) {
      throw new ModelError('invalid-data', `The score of sample ${sample} is not a number.`);
    }
  }
  order.sort((a, b) => scores[b]! - scores[a]!);

  const thresholds: number[] = [];
  const falsePositives: number[] = [];
  const truePositives: number[] = [];
  let found = 0;
  order.forEach((sample, rank) => {
    if (isPositive(sample)) found++;
    const next = order[rank + 1];
    if (next !== undefined && scores[next] === scores[sample]) return;
    thresholds.push(scores[sample]!);
    truePositives.push(found);
    falsePositives.push(rank + 1 - found);
  });

  const positives = found;
  const negatives = scores.length - found;
  if (positives === 0 || negatives === 0) {
    throw new ModelError(
      'invalid-data',
      `A ROC curve needs positives and negatives, got ${positives} and ${negatives}.`,
    );
  }
  const bends = (counts: readonly number[], i: number): boolean =>
    counts[i + 1]! - counts[i]! !== counts[i]! - counts[i - 1]!;
  const kept = thresholds
    .map((_, i) => i)
    .filter(
      (i) => i === 0 || i === thresholds.length - 1 || bends(falsePositives, i) || bends(truePositives, i),
    );
  return {
    thresholds: [Infinity, ...kept.map((i) => thresholds[i]!)],
    falsePositiveRate: [0, ...kept.map((i) => falsePositives[i]! / negatives)],
    truePositiveRate: [0, ...kept.map((i) => truePositives[i]! / positives)],
  };
}

/**
 * The area under a ROC curve by the trapezoidal rule: the chance that a random positive scores above a random negative,
 * ties counting half (Fawcett 2006). In [0, 1].
 */
export function areaUnderCurve(curve: Pick<RocCurve, 'falsePositiveRate' | 'truePositiveRate'>): number {
  const x = curve.falsePositiveRate;
  const y = curve.truePositiveRate;
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return area;
}
