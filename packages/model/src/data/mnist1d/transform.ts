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
  padded.set(template.map((value) => value + templateOffset));

  const dilated = resample(padded, templateLength + mostPadding);
  const amplitude = 1 + options.amplitudeRange * (random.uniform() - 0.5);
  const scaled = dilated.map((value) => value * amplitude);
  const translated = rotateRight(scaled, random.choice(options.maxTranslation));

  const normals = (deviation: number): Float64Array => translated.map(() => deviation * random.normal());
  const smoothNoise = gaussianFilter(normals(options.correlatedNoise), correlatedNoiseSigma);
  const whiteNoise = normals(options.independentNoise);
  const slope = options.shear * (random.uniform() - 0.5);
  const line = linspace(-0.5, 0.5, translated.length);
  const noisy = translated.map((value, i) => {
    const filled = value === 0 ? smoothNoise[i]! : value;
    return filled + whiteNoise[i]! - slope * line[i]!;
  });
  return resample(noisy, options.sequenceLength);
}

/** The positions of a sample's points; the dilation is the same for every sample. */
export function transformPositions(positions: Float64Array, options: Mnist1dOptions): Float64Array {
  return resample(resample(positions, templateLength + options.padding[1]), options.sequenceLength);
}

function rotateRight(signal: Float64Array, count: number): Float64Array {
  const start = signal.length - count;
  return signal.map((_, i) => signal[(i + start) % signal.length]!);
}
