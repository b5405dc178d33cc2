import { XaiError } from '../errors.ts';
import type { FloatArray, PositionMap } from '../explanation/explanation.ts';
import { heatmapOf } from '../maps/heatmap.ts';

/** Where the evidence is: 1 (or any other number but 0) inside, 0 outside, `[...positions]`. */
export interface GroundTruth {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** From which value on a map says "here". */
export interface LocalizationOptions {
  /** From this share of its maximum on, the map counts as inside, in (0, 1]. Default: 0.5. */
  readonly threshold?: number | undefined;
}

/** How well a map finds the evidence. A map without a positive value finds nothing: all are 0. */
export interface Localization {
  /** 1 where the map's largest value is inside (the first one among equals), else 0: the pointing game. */
  readonly hit: 0 | 1;
  /** Intersection over union of the thresholded map and the truth. */
  readonly iou: number;
  /** The same without a threshold: sum of min(h, m) over sum of max(h, m), h the map divided by its maximum. */
  readonly softIou: number;
  /** The share of the map's sum that lies inside. */
  readonly energy: number;
}

/**
 * Compares a map with the place where the evidence is known to be.
 *
 * Sources: pointing game, Zhang et al., "Top-Down Neural Attention by Excitation Backprop", ECCV 2016 (without tolerance);
 * energy, Wang et al., "Score-CAM", CVPR Workshops 2020, section 4.3.
 *
 * @param map resized to the truth's positions where its own are others
 * @throws XaiError `invalid-option` for a threshold outside (0, 1], a truth that does not fit or marks nothing
 */
export function localization(
  map: PositionMap<FloatArray>,
  truth: GroundTruth,
  { threshold = 0.5 }: LocalizationOptions = {},
): Localization {
  if (!(threshold > 0 && threshold <= 1)) {
    throw new XaiError(
      'invalid-option',
      `threshold lies above 0 and at most at 1, got ${String(threshold)}.`,
    );
  }
  const inside = Uint8Array.from(truth.data, (value) => (value === 0 ? 0 : 1));
  const { data } = heatmapOf(map, truth.shape);
  if (inside.length !== data.length || !inside.includes(1)) {
    throw new XaiError(
      'invalid-option',
      `A ground truth of shape [${truth.shape.join(', ')}] needs ${String(data.length)} values, at least one of them not ` +
        `0; got ${String(inside.length)} values.`,
    );
  }
  const [sums, all] = [{ both: 0, either: 0, low: 0, high: 0, inside: 0 }, { sum: 0 }];
  let peak = 0;
  data.forEach((h, p) => {
    const m = inside[p]!;
    const isHigh = h >= threshold;
    if (h > data[peak]!) peak = p;
    if (isHigh && m === 1) sums.both++;
    if (isHigh || m === 1) sums.either++;
    sums.low += Math.min(h, m);
    sums.high += Math.max(h, m);
    sums.inside += h * m;
    all.sum += h;
  });
  return {
    hit: all.sum > 0 && inside[peak] === 1 ? 1 : 0,
    iou: sums.both / sums.either,
    softIou: sums.low / sums.high,
    energy: all.sum > 0 ? sums.inside / all.sum : 0,
  };
}
