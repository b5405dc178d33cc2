import { ModelError } from '../../errors.ts';
import type { Seed } from '../../random/numpy-random.ts';
import { templateLength } from './templates.ts';

/** What shapes the MNIST-1D data; the names of the original generator in brackets. */
export interface Mnist1dOptions {
  /** Samples in all, training and test; a multiple of 10, so that every digit has as many [num_samples]. */
  readonly samples: number;
  /** The part of the samples that is training data, in [0, 1]; the rest is test data [train_split]. */
  readonly trainFraction: number;
  /** Least and most zeros appended to a template of 12 points, drawn a sample [padding]. */
  readonly padding: readonly [number, number];
  /** Width of the range around 1 that amplitudes are drawn from, at least 0 [scale_coeff]. */
  readonly amplitudeRange: number;
  /** Signals are rotated by 0 to this many points, exclusive; 1 leaves them in place [max_translation]. */
  readonly maxTranslation: number;
  /** Deviation of the noise that fills the padding, before it is smoothed, at least 0 [corr_noise_scale]. */
  readonly correlatedNoise: number;
  /** Deviation of the noise added to every point, at least 0 [iid_noise_scale]. */
  readonly independentNoise: number;
  /** Width of the range around 0 that the slope of the added line is drawn from, at least 0 [shear_scale]. */
  readonly shear: number;
  /** Whether the points of all signals are put into one random order [shuffle_seq]. */
  readonly shuffleSequence: boolean;
  /** Points of a signal, at least 2 [final_seq_length]. */
  readonly sequenceLength: number;
  /** Seed of all draws [seed]. */
  readonly seed: Seed;
}

/** The published data set. */
export const mnist1dDefaults: Mnist1dOptions = {
  samples: 5000,
  trainFraction: 0.8,
  padding: [36, 60],
  amplitudeRange: 0.4,
  maxTranslation: 48,
  correlatedNoise: 0.25,
  independentNoise: 0.02,
  shear: 0.75,
  shuffleSequence: false,
  sequenceLength: 40,
  seed: 42,
};

/** @throws ModelError `invalid-option`, naming the option, what it must be and what came. */
export function checkMnist1dOptions(options: Mnist1dOptions): void {
  const { samples, trainFraction, padding, maxTranslation, sequenceLength } = options;
  const require = (valid: boolean, name: keyof Mnist1dOptions, expected: string): void => {
    if (valid) return;
    const came = JSON.stringify(options[name]);
    throw new ModelError('invalid-option', `MNIST-1D: ${name} must be ${expected}, got ${came}`);
  };
  const isCount = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;

  require(isCount(samples, 10) && samples % 10 === 0, 'samples', 'a positive multiple of the 10 digits');
  require(trainFraction >= 0 && trainFraction <= 1, 'trainFraction', 'a number in [0, 1]');
  const [least, most] = padding;
  require(isCount(least, 0) && isCount(most, least), 'padding', 'two integers, 0 <= least <= most');
  const paddedLength = templateLength + most;
  require(isCount(maxTranslation, 1) &&
    maxTranslation <=
      paddedLength, 'maxTranslation', `an integer in [1, ${paddedLength}], the padded length`);
  require(isCount(sequenceLength, 2), 'sequenceLength', 'an integer of at least 2');
  for (const name of ['amplitudeRange', 'correlatedNoise', 'independentNoise', 'shear'] as const) {
    require(Number.isFinite(options[name]) && options[name] >= 0, name, 'a finite number of at least 0');
  }
}
