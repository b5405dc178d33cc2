import { arrayDataSet } from '../array-data-set.ts';
import type { TrainAndTest } from '../data-set.ts';
import { generateMnist1d, type LabelledSignals } from './generate.ts';
import type { Mnist1dOptions } from './options.ts';
import { mnist1dClassNames } from './templates.ts';

/**
 * MNIST-1D as data sets of inputs `[sequenceLength, 1]`; without options the published one, 4,000 and 1,000 samples.
 *
 * @throws ModelError `invalid-option`, naming the option, what it must be and what came.
 */
export function mnist1dDataSets(options: Partial<Mnist1dOptions> = {}): TrainAndTest {
  const generated = generateMnist1d(options);
  const asDataSet = (name: string, { signals, labels }: LabelledSignals) =>
    arrayDataSet({
      name,
      classNames: mnist1dClassNames,
      inputShape: [generated.options.sequenceLength, 1],
      values: signals,
      labels,
    });
  return {
    train: asDataSet('MNIST-1D train', generated.train),
    test: asDataSet('MNIST-1D test', generated.test),
  };
}
