import { NumpyRandom } from '../../random/numpy-random.ts';
import { checkMnist1dOptions, mnist1dDefaults, type Mnist1dOptions } from './options.ts';
import { meanAndDeviation } from './signal.ts';
import { templatePositions, templates } from './templates.ts';
import { transformPositions, transformTemplate } from './transform.ts';

/** Signals with their digits. */
export interface LabelledSignals {
  /** `[count, sequenceLength]`, row-major. */
  readonly signals: Float64Array;
  /** The digit of each signal, 0 to 9. */
  readonly labels: Uint8Array;
  readonly count: number;
}

/** The data set as `generateMnist1d` makes it; the labels index `mnist1dClassNames`. */
export interface Mnist1d {
  readonly train: LabelledSignals;
  readonly test: LabelledSignals;
  /** Where the points of a signal lie, in the units of the signals, `[sequenceLength]`. */
  readonly positions: Float64Array;
  readonly options: Mnist1dOptions;
}

/**
 * The MNIST-1D data set; without options the published one, in its order, to the last few bits of a double.
 *
 * Signals are standardised over the whole set (mean 0, deviation 1). Takes about 0.3 s for 5,000 samples.
 *
 * @throws ModelError `invalid-option`, naming the option, what it must be and what came.
 *
 * Source: S. Greydanus, D. Kobak, "Scaling down deep learning with MNIST-1D", ICML 2024.
 */
export function generateMnist1d(options: Partial<Mnist1dOptions> = {}): Mnist1d {
  const complete = { ...mnist1dDefaults, ...options };
  checkMnist1dOptions(complete);
  const { samples, sequenceLength } = complete;
  const random = new NumpyRandom(complete.seed);

  const samplesPerDigit = samples / templates.length;
  const generated = templates.flatMap((template) =>
    Array.from({ length: samplesPerDigit }, () => transformTemplate(template, random, complete)),
  );
  const sampleOrder = random.permutation(samples);
  const pointOrder = complete.shuffleSequence ? random.permutation(sequenceLength) : undefined;

  const signals = new Float64Array(samples * sequenceLength);
  const labels = new Uint8Array(samples);
  sampleOrder.forEach((source, target) => {
    const signal = generated[source] ?? new Float64Array();
    const ordered = pointOrder ? Float64Array.from(pointOrder, (point) => signal[point]!) : signal;
    signals.set(ordered, target * sequenceLength);
    labels[target] = Math.floor(source / samplesPerDigit);
  });

  const { mean, deviation } = meanAndDeviation(signals);
  signals.forEach((value, i) => {
    signals[i] = (value - mean) / deviation;
  });

  const trainCount = Math.floor(samples * complete.trainFraction);
  const part = (start: number, end: number): LabelledSignals => ({
    signals: signals.slice(start * sequenceLength, end * sequenceLength),
    labels: labels.slice(start, end),
    count: end - start,
  });
  return {
    train: part(0, trainCount),
    test: part(trainCount, samples),
    positions: transformPositions(templatePositions, complete).map((position) => position / deviation),
    options: complete,
  };
}
