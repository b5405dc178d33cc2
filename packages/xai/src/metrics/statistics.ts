import { NumpyRandom } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import { wholeNumber } from '../methods/check-option.ts';

/** How often, and from which seed, a bootstrap draws again. */
export interface BootstrapOptions {
  /** Default: 2000. */
  readonly resamples?: number | undefined;
  /** Default: 0. The same seed gives the same interval. */
  readonly seed?: number | undefined;
}

/** A mean and the interval that holds it in 95 of 100 repetitions. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

const LEVEL = 0.95;

/**
 * Returns the mean of the values with its bootstrap interval: the 2.5th and 97.5th percentile (linear between neighbours)
 * of the means of samples drawn from the values with replacement.
 *
 * Source: Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979; percentile method.
 *
 * @throws XaiError `invalid-input` for no values
 */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions = {}): MeanInterval {
  const resamples = wholeNumber('resamples', options.resamples ?? 2000);
  const count = values.length;
  if (count === 0) throw new XaiError('invalid-input', 'There are no values to take a mean of.');
  const random = new NumpyRandom(options.seed ?? 0);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[random.choice(count)]!;
    return sum / count;
  }).sort();
  const mean = Array.from(values).reduce((sum, value) => sum + value, 0) / count;
  return {
    mean,
    low: quantile(means, (1 - LEVEL) / 2),
    high: quantile(means, (1 + LEVEL) / 2),
    count,
  };
}

/** How one method fares against another on the same samples. */
export interface PairedComparison {
  /** Of the first less the second; the interval tells whether it may be chance. */
  readonly difference: MeanInterval;
  /** Samples on which the first is better, as good, worse. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** The share of wins. */
  readonly winRate: number;
}

/**
 * Compares two methods sample by sample, which sees differences that two separate intervals hide.
 *
 * @param better whether larger or smaller values are better
 * @throws XaiError `invalid-input` for lists of different or no length
 */
export function comparePaired(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  better: 'larger' | 'smaller',
  options: BootstrapOptions = {},
): PairedComparison {
  if (first.length !== second.length) {
    throw new XaiError(
      'invalid-input',
      `A paired comparison needs the same samples, got ${String(first.length)} and ${String(second.length)} values.`,
    );
  }
  const differences = Float64Array.from(first, (value, i) => value - second[i]!);
  const sign = better === 'larger' ? 1 : -1;
  const wins = differences.filter((value) => sign * value > 0).length;
  const losses = differences.filter((value) => sign * value < 0).length;
  return {
    difference: bootstrapMean(differences, options),
    wins,
    ties: differences.length - wins - losses,
    losses,
    winRate: wins / differences.length,
  };
}

/** The quantile of ascending values, linear between neighbours, as NumPy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
