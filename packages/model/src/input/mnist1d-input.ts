import { generateMnist1d, type LabelledSignals } from '../data/mnist1d/generate.ts';
import { ModelError } from '../errors.ts';

const prefix = 'mnist1d:';
let testSamples: LabelledSignals | undefined;

export function isMnist1dName(source: string): boolean {
  return source.startsWith(prefix);
}

/**
 * The test sample that `mnist1d:<index>` names, of the default data set.
 *
 * @throws ModelError `invalid-input` for what is no index of a test sample
 */
export function mnist1dSample(source: string): { signal: Float64Array; label: number } {
  testSamples ??= generateMnist1d().test;
  const { signals, labels, count } = testSamples;
  const digits = source.slice(prefix.length);
  const index = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(index < count)) {
    throw new ModelError(
      'invalid-input',
      `${source} is no sample of MNIST-1D; pass ${prefix}<index> with an index from 0 to ${count - 1}`,
    );
  }
  const length = signals.length / count;
  return { signal: signals.subarray(index * length, (index + 1) * length), label: labels[index]! };
}
