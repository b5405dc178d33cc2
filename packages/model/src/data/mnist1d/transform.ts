import type { NumpyRandom } from '../../random/numpy-random.ts';
import type { Mnist1dOptions } from './options.ts';
import { gaussianFilter, linspace, resample } from './signal.ts';
import { templateLength } from './templates.ts';

/** Keeps a template's own zeros apart from the padding, which is exactly 0. */
const templateOffset = 1e-8;
const correlatedNoiseSigma = 2;

/**
 * One sample of a digit, `[sequenceLength]`: the template padded, dilated, scaled, rotated, set in smooth noise where
 * the padding was, given white noise and a slope, and resampled.
 *
 * The steps and the order of the random draws are those of github.com/greydanus/mnist1d `mnist1d/transform.py`.
 */
export function transformTemplate(
  template: Float64Array,
  random: NumpyRandom,
  options: Mnist1dOptions,
): Float64Array {
  const [leastPadding, mostPadding] = options.padding;
  const padding = leastPadding + Math.floor(random.uniform() * (mostPadding - leastPadding + 1));
  const padded = new Float64Array(template.length + padding);
  for (let i = 0; i < template.length; i++) padded[i] = template[i]! + templateOffset;

  const scaled = resample(padded, templateLength + mostPadding);
  const amplitude = 1 + options.amplitudeRange * (random.uniform() - 0.5);
  for (let i = 0; i < scaled.length; i++) scaled[i] = scaled[i]! * amplitude;
  const noisy = rotateRight(scaled, random.choice(options.maxTranslation));

  const smoothNoise = gaussianFilter(
    normals(random, noisy.length, options.correlatedNoise),
    correlatedNoiseSigma,
  );
  const whiteNoise = normals(random, noisy.length, options.independentNoise);
  const slope = options.shear * (random.uniform() - 0.5);
  const line = linspace(-0.5, 0.5, noisy.length);
  for (let i = 0; i < noisy.length; i++) {
    const filled = noisy[i] === 0 ? smoothNoise[i]! : noisy[i]!;
    noisy[i] = filled + whiteNoise[i]! - slope * line[i]!;
  }
  return resample(noisy, options.sequenceLength);
}

// Loops here and in `signal.ts`, because the callbacks of `map` take three times as long, and a set has 5,000 samples.
function normals(random: NumpyRandom, count: number, deviation: number): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = deviation * random.normal();
  return values;
}

/** The positions of a sample's points; the dilation is the same for every sample. */
export function transformPositions(positions: Float64Array, options: Mnist1dOptions): Float64Array {
  return resample(resample(positions, templateLength + options.padding[1]), options.sequenceLength);
}

function rotateRight(signal: Float64Array, count: number): Float64Array {
  const rotated = new Float64Array(signal.length);
  rotated.set(signal.subarray(0, signal.length - count), count);
  rotated.set(signal.subarray(signal.length - count));
  return rotated;
}
