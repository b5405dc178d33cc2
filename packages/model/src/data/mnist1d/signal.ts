/** `numpy.linspace(start, stop, count)`, with its order of operations: steps from the start, the end exact. */
export function linspace(start: number, stop: number, count: number): Float64Array {
  const step = (stop - start) / (count - 1);
  // `Float64Array.from` takes five times as long.
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = i * step + start;
  if (count > 1) values[count - 1] = stop;
  return values;
}

const unitGrids = new Map<number, Float64Array>();

/** `linspace(0, 1, count)`, kept: a data set needs 20,000 of a few lengths. */
function unitGrid(count: number): Float64Array {
  const kept = unitGrids.get(count) ?? linspace(0, 1, count);
  unitGrids.set(count, kept);
  return kept;
}

/**
 * The signal resampled to `count` points over the same extent, as SciPy's `interp1d(kind='linear')` on two
 * `linspace(0, 1, ...)` grids. The data set tells padding from signal by `value == 0`, so a point between two zeros,
 * or on a knot, must come out exactly as there: knots are compared as floating-point numbers, not as index ratios.
 */
export function resample(signal: Float64Array, count: number): Float64Array {
  const knots = unitGrid(signal.length);
  const points = unitGrid(count);
  const resampled = new Float64Array(count);
  let left = 0;
  for (let i = 0; i < count; i++) {
    const point = points[i]!;
    while (left < signal.length - 1 && knots[left + 1]! <= point) left++;
    const value = signal[left]!;
    const knot = knots[left]!;
    if (point === knot || left === signal.length - 1) {
      resampled[i] = value;
      continue;
    }
    const slope = (signal[left + 1]! - value) / (knots[left + 1]! - knot);
    resampled[i] = slope * (point - knot) + value;
  }
  return resampled;
}

/**
 * SciPy's `gaussian_filter(signal, sigma)` in one dimension: the kernel is cut at 4 sigma, and the signal continues
 * beyond its ends as its mirror image with the end repeated (`mode='reflect'`: d c b a | a b c d | d c b a).
 */
export function gaussianFilter(signal: Float64Array, sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, index) =>
    Math.exp((-0.5 * (index - radius) ** 2) / sigma ** 2),
  );
  const kernelSum = kernel.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < kernel.length; i++) kernel[i] = kernel[i]! / kernelSum;
  const continued = continuedBy(signal, radius);
  const filtered = new Float64Array(signal.length);
  for (let position = 0; position < signal.length; position++) {
    let sum = 0;
    for (let i = 0; i < kernel.length; i++) sum += kernel[i]! * continued[position + i]!;
    filtered[position] = sum;
  }
  return filtered;
}

/** The signal with `radius` more values at both ends, mirrored with the end repeated, as often as it takes. */
function continuedBy(signal: Float64Array, radius: number): Float64Array {
  const period = 2 * signal.length;
  const continued = new Float64Array(signal.length + 2 * radius);
  for (let i = 0; i < continued.length; i++) {
    const wrapped = (((i - radius) % period) + period) % period;
    continued[i] = signal[wrapped < signal.length ? wrapped : period - 1 - wrapped]!;
  }
  return continued;
}

/** Mean and population standard deviation; the sums are compensated, so they do not depend on the length. */
export function meanAndDeviation(values: Float64Array): { mean: number; deviation: number } {
  const mean = compensatedSum(values) / values.length;
  const squares = values.map((value) => (value - mean) ** 2);
  return { mean, deviation: Math.sqrt(compensatedSum(squares) / values.length) };
}

/** Kahan's summation. */
function compensatedSum(values: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const corrected = value - lost;
    const next = sum + corrected;
    lost = next - sum - corrected;
    sum = next;
  }
  return sum;
}
