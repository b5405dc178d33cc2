import { resizeBilinear, type FloatArray, type PositionMap } from '@ablation-cam/xai';
import { rankCorrelation } from '@ablation-cam/xai/metrics';

/** Two maps held against each other, each as shares of its own largest absolute value. */
export interface MapComparison {
  /** Spearman's, in [-1, 1]; 0 where all values of a map are the same. */
  readonly correlation: number;
  /** How much of the strongest tenth of the positions they share, 0 to 1. */
  readonly topOverlap: number;
  /** The largest absolute difference of a position, 0 to 2. */
  readonly largestDifference: number;
  /** a - b, on the grid on which they were compared. */
  readonly difference: PositionMap<Float64Array>;
}

/** The part of the positions that counts as the strongest. */
const TOP = 0.1;

/**
 * Compares two maps in float64: on their grid, or, where these differ, resized to the finer one along each axis.
 *
 * @returns null where one is over a picture and the other over a signal
 */
export function compareMaps(a: PositionMap<FloatArray>, b: PositionMap<FloatArray>): MapComparison | null {
  if (a.shape.length !== b.shape.length) return null;
  const shape = a.shape.map((size, axis) => Math.max(size, b.shape[axis] ?? 1));
  const [x, y] = [sharesOf(resizeBilinear(a, shape).data), sharesOf(resizeBilinear(b, shape).data)];
  const data = x.map((value, p) => value - y[p]!);
  return {
    correlation: rankCorrelation(x, y),
    topOverlap: topOverlap(x, y),
    largestDifference: data.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    difference: { shape, data },
  };
}

function sharesOf(values: Float64Array): Float64Array {
  const reach = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return reach > 0 ? values.map((value) => value / reach) : values;
}

function topOverlap(x: Float64Array, y: Float64Array): number {
  const [top, other] = [strongest(x), strongest(y)];
  const shared = [...top].filter((position) => other.has(position)).length;
  return shared === 0 ? 0 : shared / Math.max(top.size, other.size);
}

/** The positions of the largest values, the first among equals; none that says nothing. */
function strongest(values: Float64Array): ReadonlySet<number> {
  const order = Array.from(values, (_, position) => position).sort((i, j) => values[j]! - values[i]!);
  const most = Math.max(1, Math.round(TOP * values.length));
  return new Set(order.slice(0, most).filter((position) => values[position]! > 0));
}
