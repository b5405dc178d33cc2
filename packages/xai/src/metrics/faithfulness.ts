import type { Score } from '@ablation-cam/kernels';
import type { DropIncrease } from './drop-increase.ts';
import { bootstrapMean, type BootstrapOptions, type MeanInterval } from './statistics.ts';

/** Drop and increase over many samples. */
export interface Faithfulness {
  /** Small is good. */
  readonly averageDrop: MeanInterval;
  /** Large is good. */
  readonly averageIncrease: MeanInterval;
}

/** Rounding of the sums of the two means. */
const ROUNDING = 1e-9;

/**
 * Returns the averages of drop and increase with their intervals.
 *
 * For probabilities the average drop is at most 1 less the average increase: a sample adds to one of them only, and at most
 * 1. Anything else is a fault of the program.
 *
 * @throws XaiError `invalid-input` for no samples
 */
export function faithfulness(
  samples: readonly DropIncrease[],
  score: Score,
  options: BootstrapOptions = {},
): Faithfulness {
  const averageDrop = bootstrapMean(
    samples.map(({ drop }) => drop),
    options,
  );
  const averageIncrease = bootstrapMean(
    samples.map(({ increase }) => increase),
    options,
  );
  if (score === 'probability' && averageDrop.mean > 1 - averageIncrease.mean + ROUNDING) {
    throw new RangeError(
      `An average drop of ${String(averageDrop.mean)} does not go with an average increase of ` +
        `${String(averageIncrease.mean)}.`,
    );
  }
  return { averageDrop, averageIncrease };
}
