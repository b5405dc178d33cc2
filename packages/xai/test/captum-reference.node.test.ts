import { assertClose, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, type ExplanationResult } from '../src/index.ts';
import {
  batchOf,
  inputName,
  inputOf,
  missing,
  recordsOf,
  referenceModel,
  valuesOf,
  type ReferenceRecord,
} from './support/reference.ts';

/** Attributions to the predicted class. */
interface CaptumRecord extends ReferenceRecord {
  readonly captum?: Readonly<Record<(typeof ATTRIBUTIONS)[number]['key'], readonly number[] | string>>;
  readonly captumClass?: number;
}

/** A float32 forward pass and backward pass through three to five layers. */
const GRADIENT = { ofLargest: 1e-4 };

const ATTRIBUTIONS = [
  { key: 'saliency', method: 'saliency', mnist1d: {}, hmt: {}, images: 2 },
  { key: 'inputXGradient', method: 'input-x-gradient', mnist1d: {}, hmt: {}, images: 2 },
  // An image takes 50 gradients, 17 seconds; gradients of images are what saliency is held against.
  { key: 'integratedGradients', method: 'integrated-gradients', mnist1d: {}, hmt: {}, images: 0 },
  {
    key: 'occlusion',
    method: 'occlusion',
    mnist1d: { window: 5, stride: 1 },
    hmt: { window: 32, stride: 16 },
    images: 1,
  },
] as const;

const test = suite('attributions against Captum');
const reference = skipIf(test, missing);

for (const { key, method, mnist1d, hmt, images } of ATTRIBUTIONS) {
  reference(`${method}, MNIST-1D: ten samples in one batch`, async () => {
    const model = await referenceModel('mnist1d');
    const records = (await recordsOf<CaptumRecord>('mnist1d')).filter(({ captum }) => captum);
    assert.is(records.length, 10);
    const { batch, indexOf } = await batchOf(records);
    const { explanations } = await explain(model, batch, { method, ...mnist1d });
    for (const record of records) {
      const { attributions, classIndex } = explanations[indexOf(record)]!;
      assert.is(classIndex, record.captumClass);
      assertClose(attributions!.data, await valuesOf(record.captum![key]), GRADIENT, inputName(record));
    }
    model.dispose();
  });

  if (images === 0) continue;
  reference(`${method}, HMT: ${images} image(s)`, async () => {
    const model = await referenceModel('hmt');
    const records = (await recordsOf<CaptumRecord>('hmt')).filter(({ captum }) => captum);
    for (const record of records.slice(0, images)) {
      const { classIndex } = record;
      const result = await explain(model, await inputOf(record), { method, classIndex, ...hmt });
      checkUnstable(result, channelsLast(await valuesOf(record.captum![key]), 3), inputName(record));
    }
    model.dispose();
  });
}

test.run();

/**
 * The expected arrays are float32 themselves, and differ from float64 where max pooling has ties or a ReLU its kink: all
 * but 3 % of the elements agree, and no element is far off.
 */
function checkUnstable(result: ExplanationResult, expected: Float64Array, what: string): void {
  const actual = result.explanations[0]!.attributions!.data;
  assert.is(actual.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differences = expected.map((value, i) => Math.abs(value - (actual[i] ?? NaN)) / largest);
  const close = differences.filter((difference) => difference <= 1e-4).length / expected.length;
  const worst = differences.reduce((most, value) => Math.max(most, value), 0);
  assert.ok(close >= 0.97, `${what}: only ${String(100 * close)} % within 1e-4`);
  assert.ok(worst <= 3e-2, `${what}: off by ${String(worst)}`);
}

/** `[channels, positions]` as `[positions, channels]`. */
function channelsLast(values: ArrayLike<number>, channels: number): Float64Array {
  const positions = values.length / channels;
  return Float64Array.from(values, (_, i) => values[(i % channels) * positions + Math.floor(i / channels)]!);
}
