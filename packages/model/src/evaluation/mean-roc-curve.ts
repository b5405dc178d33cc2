import type { RocCurve } from './roc-curve.ts';

/** A mean of ROC curves has no thresholds of its own. */
export type MeanRocCurve = Pick<RocCurve, 'falsePositiveRate' | 'truePositiveRate'>;

/**
 * The macro-average ROC curve: at every false positive rate the mean of the true positive rates of `curves`.
 *
 * Curves rise vertically where only positives pass the threshold; the mean keeps both ends of every such step, so that
 * the area under it is exactly the mean of the areas. (Interpolating each curve to one value a rate, as is often done,
 * turns the steps into slopes and overstates the area.)
 *
 * @param curves at least one curve, each from (0, 0) to (1, 1)
 */
export function meanRocCurve(curves: readonly MeanRocCurve[]): MeanRocCurve {
  const rates = [...new Set(curves.flatMap((curve) => curve.falsePositiveRate))].sort((a, b) => a - b);
  const walkers = curves.map(walker);
  const falsePositiveRate: number[] = [];
  const truePositiveRate: number[] = [];
  for (const rate of rates) {
    let low = 0;
    let high = 0;
    for (const walk of walkers) {
      const step = walk(rate);
      low += step.low;
      high += step.high;
    }
    falsePositiveRate.push(rate);
    truePositiveRate.push(low / curves.length);
    if (high > low) {
      falsePositiveRate.push(rate);
      truePositiveRate.push(high / curves.length);
    }
  }
  return { falsePositiveRate, truePositiveRate };
}

/** Both ends of the curve's step at a rate (equal where it has none); to be asked at rising rates. */
function walker({ falsePositiveRate: x, truePositiveRate: y }: MeanRocCurve) {
  let next = 0;
  return (rate: number): { low: number; high: number } => {
    while (x[next]! < rate) next++;
    if (x[next] !== rate) {
      const share = (rate - x[next - 1]!) / (x[next]! - x[next - 1]!);
      const value = y[next - 1]! + share * (y[next]! - y[next - 1]!);
      return { low: value, high: value };
    }
    const low = y[next]!;
    while (x[next + 1] === rate) next++;
    return { low, high: y[next]! };
  };
}
