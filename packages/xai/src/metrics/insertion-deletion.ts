import type { NetworkSource } from '@ablation-cam/model';
import type { ExplainedInput } from '../forward/model-input.ts';
import { baselineValues, type Baseline } from '../methods/baseline.ts';
import { wholeNumber } from '../methods/check-option.ts';
import { scoreMeasured, type Measured, type MeasuredMap, type MetricOptions } from './measured.ts';

/** In how many steps the input appears and disappears. */
export interface InsertionDeletionOptions extends MetricOptions {
  /** Steps from nothing to everything; the curve has one point more. Default: 20. */
  readonly steps?: number | undefined;
  /** What stands where the input is not. Default: 0. */
  readonly baseline?: Baseline | undefined;
}

/** The score against the share of the input that is there or gone. */
export interface Curve {
  /** From 0 to 1, `[steps + 1]`. */
  readonly fractions: Float64Array;
  /** `[steps + 1]` */
  readonly scores: Float64Array;
  /** The area under the scores, by trapezoids. */
  readonly auc: number;
}

/** Two curves of the score, each with its area. */
export interface InsertionDeletion {
  /** The input appears on the baseline, most important positions first: the larger the area, the better the map. */
  readonly insertion: Curve;
  /** The input disappears, most important positions first: the smaller the area, the better the map. */
  readonly deletion: Curve;
}

/**
 * Adds and removes the positions of each input in the order of a map of it and watches the score of the map's class.
 * Positions of equal value follow one another in the order of the input.
 *
 * Source: Petsiuk et al., "RISE: Randomized Input Sampling for Explanation of Black-box Models", BMVC 2018, section 3.3.
 * Deviation: insertion starts from the same baseline as deletion ends at, not from a blurred input.
 *
 * @returns one for each map
 * @throws XaiError `invalid-option`; the signal's reason
 */
export async function insertionDeletion(
  source: NetworkSource,
  input: ExplainedInput,
  maps: readonly MeasuredMap[],
  options: InsertionDeletionOptions = {},
): Promise<InsertionDeletion[]> {
  const steps = wholeNumber('steps', options.steps ?? 20);
  const points = steps + 1;
  let ranked: { readonly measured: Measured; readonly rank: Uint32Array } | null = null;
  const scores = await scoreMeasured(source, input, maps, options, 2 * points, (measured, variant, into) => {
    if (ranked?.measured !== measured) ranked = { measured, rank: ranks(measured.map) };
    const baseline = baselineValues(options.baseline ?? 0, measured.data.length);
    const changed = Math.round((measured.map.length * (variant % points)) / steps);
    const isInsertion = variant < points;
    for (let i = 0; i < into.length; i++) {
      const isFirst = ranked.rank[Math.floor(i / measured.depth)]! < changed;
      into[i] = isFirst === isInsertion ? measured.data[i]! : baseline[i]!;
    }
  });
  return scores.map((own) => ({
    insertion: curve(own.slice(0, points)),
    deletion: curve(own.slice(points)),
  }));
}

/** The place of each position in the order of falling values. */
function ranks(map: Float64Array): Uint32Array {
  const order = Uint32Array.from(map.keys()).sort((a, b) => map[b]! - map[a]! || a - b);
  const rank = new Uint32Array(map.length);
  order.forEach((position, place) => {
    rank[position] = place;
  });
  return rank;
}

function curve(scores: Float64Array): Curve {
  const steps = scores.length - 1;
  const fractions = scores.map((_, i) => i / steps);
  const ends = (scores[0]! + scores[steps]!) / 2;
  return { fractions, scores, auc: (scores.reduce((sum, score) => sum + score, 0) - ends) / steps };
}
