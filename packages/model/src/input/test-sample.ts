import { decodeImage } from '#platform';
import { generateMnist1d, type LabelledSignals } from '../data/mnist1d/generate.ts';
import { textureTestSamples, textureTestSeed } from '../data/textures/data-sets.ts';
import { generateTexture } from '../data/textures/generate.ts';
import { tissueSample, tissueTestSamples } from '../data/tissue/samples.ts';
import { ModelError } from '../errors.ts';
import type { ByteImage } from './byte-image.ts';
import type { DecodingOptions } from './decoding-time.ts';

/** A test sample of one of the data sets that come along or are generated with default options. */
export type TestSample =
  | { readonly kind: 'signal'; readonly signal: Float64Array; readonly label: number }
  | {
      readonly kind: 'picture';
      readonly image: ByteImage;
      readonly label: number;
      /** 1 where the evidence for the label is, else 0, `[height, width]`; absent where nobody knows. */
      readonly mask?: Uint8Array;
    };

interface TestSamples {
  readonly count: number;
  readonly sample: (index: number, options: DecodingOptions) => TestSample | Promise<TestSample>;
}

let mnist1dTest: LabelledSignals | undefined;

const testSamples: Readonly<Record<string, () => TestSamples>> = {
  mnist1d: () => {
    mnist1dTest ??= generateMnist1d().test;
    const { signals, labels, count } = mnist1dTest;
    const length = signals.length / count;
    return {
      count,
      sample: (index) => ({
        kind: 'signal',
        signal: signals.subarray(index * length, (index + 1) * length),
        label: labels[index]!,
      }),
    };
  },
  textures: () => ({
    count: textureTestSamples,
    sample: (index) => {
      const { image, mask, label } = generateTexture(index, textureTestSeed());
      const size = Math.sqrt(mask.length);
      return {
        kind: 'picture',
        image: { width: size, height: size, channels: 3, data: image },
        label,
        mask,
      };
    },
  }),
  tissue: () => ({
    count: tissueTestSamples,
    sample: async (index, options) => {
      const { file, label } = tissueSample(index);
      const image = await decodeImage(await file.read(), file.name, options);
      return { kind: 'picture', image, label };
    },
  }),
};

/**
 * The sample that `mnist1d:<index>`, `textures:<index>` or `tissue:<index>` names; `undefined` for a source that names none of these sets.
 *
 * @throws ModelError `invalid-input` for what is no index of a test sample
 */
export async function testSample(source: string, options: DecodingOptions): Promise<TestSample | undefined> {
  const [, dataSet = '', digits = ''] = /^([a-z0-9]+):(.*)$/.exec(source) ?? [];
  const open = Object.hasOwn(testSamples, dataSet) ? testSamples[dataSet] : undefined;
  if (open === undefined) return undefined;
  const { count, sample } = open();
  const index = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (index < count) return sample(index, options);
  throw new ModelError(
    'invalid-input',
    `${source} is no test sample; pass ${dataSet}:<index> with an index from 0 to ${count - 1}`,
  );
}
