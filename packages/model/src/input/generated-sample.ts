import { generateMnist1d, type LabelledSignals } from '../data/mnist1d/generate.ts';
import { textureTestSamples, textureTestSeed } from '../data/textures/data-sets.ts';
import { generateTexture, type TextureSample } from '../data/textures/generate.ts';
import { ModelError } from '../errors.ts';

/** A test sample of one of the data sets that are generated with default options. */
export type GeneratedSample =
  | { readonly kind: 'signal'; readonly signal: Float64Array; readonly label: number }
  | { readonly kind: 'texture'; readonly texture: TextureSample };

let mnist1dTest: LabelledSignals | undefined;

/**
 * The sample that `mnist1d:<index>` or `textures:<index>` names; `undefined` for a source that names none of the two sets.
 *
 * @throws ModelError `invalid-input` for what is no index of a test sample
 */
export function generatedSample(source: string): GeneratedSample | undefined {
  const [, dataSet, digits = ''] = /^(mnist1d|textures):(.*)$/.exec(source) ?? [];
  if (dataSet === 'textures') {
    const index = parseIndex(source, digits, textureTestSamples);
    return { kind: 'texture', texture: generateTexture(index, textureTestSeed()) };
  }
  if (dataSet === 'mnist1d') {
    mnist1dTest ??= generateMnist1d().test;
    const { signals, labels, count } = mnist1dTest;
    const index = parseIndex(source, digits, count);
    const length = signals.length / count;
    const signal = signals.subarray(index * length, (index + 1) * length);
    return { kind: 'signal', signal, label: labels[index]! };
  }
  return undefined;
}

function parseIndex(source: string, digits: string, count: number): number {
  const index = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (index < count) return index;
  const prefix = source.slice(0, source.length - digits.length);
  throw new ModelError(
    'invalid-input',
    `${source} is no test sample; pass ${prefix}<index> with an index from 0 to ${count - 1}`,
  );
}
