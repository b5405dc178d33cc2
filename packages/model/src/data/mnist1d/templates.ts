import { linspace, meanAndDeviation } from './signal.ts';

/** Points of a template, before padding. */
export const templateLength = 12;

/**
 * The ten digits as curves of 12 points, pen position over time.
 *
 * Source: S. Greydanus, "Scaling down deep learning", 2020, github.com/greydanus/mnist1d `mnist1d/data.py` (Apache-2.0).
 */
const strokes: readonly (readonly number[])[] = [
  [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
  [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
  [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
  [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
  [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
  [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
  [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
  [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
  [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
  [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
];

/** Class names of MNIST-1D, `'0'` to `'9'`. */
export const mnist1dClassNames: readonly string[] = strokes.map((_, digit) => String(digit));

/** The templates scaled to unit deviation over 6 and moved to start at 0, one a digit, `[12]` each. */
export const templates: readonly Float64Array[] = strokes.map((stroke) => {
  const { mean, deviation } = meanAndDeviation(Float64Array.from(stroke));
  const whitened = Float64Array.from(stroke, (value) => (value - mean) / deviation);
  const start = whitened[0]!;
  return whitened.map((value) => (value - start) / 6);
});

/** The position of each template point, `[12]`. */
export const templatePositions: Float64Array = linspace(-5, 5, templateLength).map((value) => value / 6);
