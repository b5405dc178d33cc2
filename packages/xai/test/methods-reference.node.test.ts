import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeNpy, loadModel, readInput, type ModelInput } from '@ablation-cam/model';
import { assertClose, shared, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, type InputArray, type MethodResult } from '../src/index.ts';

/** Expected numbers of one layer, input and class, computed in float64 with PyTorch. */
interface Reference {
  readonly layer: string;
  readonly classIndex: number;
  readonly testIndex?: number;
  readonly image?: string;
  readonly gradCam: Expected;
  readonly gradCamPlusPlus: Expected;
  readonly captum?: Readonly<Record<(typeof ATTRIBUTIONS)[number][0], readonly number[] | string>>;
  readonly captumClass?: number;
}

interface Expected {
  readonly weights: readonly number[];
  readonly cam: readonly number[] | string;
}

/** A float32 forward pass and backward pass through three to five layers. */
const GRADIENT = { ofLargest: 1e-4 };
/** Grad-CAM++ divides a square of gradients by a sum of squares and cubes: relative errors add up. */
const PLUS_PLUS = { ofLargest: 2e-4 };

const ATTRIBUTIONS = [
  ['saliency', 'saliency'],
  ['inputXGradient', 'input-x-gradient'],
  ['integratedGradients', 'integrated-gradients'],
  ['occlusion', 'occlusion'],
] as const;

const test = suite('methods against independent implementations');
const { path, missing } = shared();
const folder = path ?? '';
const reference = skipIf(test, missing);
const models = new Map<string, ReturnType<typeof open>>();

reference('Grad-CAM and Grad-CAM++, MNIST-1D: every record', async () => {
  const model = await modelOf('MNIST1D.h5');
  const records = await references('mnist1d.json');
  for (const record of records) {
    const input = await readInput(`mnist1d:${String(record.testIndex)}`, { shape: [40, 1] });
    await checkCams(model, input, record, `${record.layer} of sample ${String(record.testIndex)}`);
  }
  assert.ok(records.length >= 30);
});

reference('Grad-CAM and Grad-CAM++, HMT: four records of each layer', async () => {
  const model = await modelOf('HMT.h5');
  for (const record of (await references('hmt.json')).filter((_, index) => index % 4 < 2)) {
    await checkCams(model, await readImage(record), record, `${record.layer} of ${String(record.image)}`);
  }
});

for (const [key, method] of ATTRIBUTIONS) {
  reference(`${method}, MNIST-1D: ten samples in one batch`, async () => {
    const model = await modelOf('MNIST1D.h5');
    const records = (await references('mnist1d.json')).filter(({ captum }) => captum);
    assert.is(records.length, 10);
    const inputs = await Promise.all(
      records.map(({ testIndex }) => readInput(`mnist1d:${String(testIndex)}`, { shape: [40, 1] })),
    );
    const result = await explain(model, batchOf(inputs), {
      method,
      ...(method === 'occlusion' && { window: 5, stride: 1 }),
    });
    for (const [n, { captum, captumClass, testIndex }] of records.entries()) {
      const { attributions, classIndex } = result.explanations[n]!;
      assert.is(classIndex, captumClass);
      assertClose(
        attributions!.data,
        captum![key] as readonly number[],
        GRADIENT,
        `sample ${String(testIndex)}`,
      );
    }
  });

  reference(`${method}, HMT: two images`, async () => {
    const model = await modelOf('HMT.h5');
    const records = (await references('hmt.json')).filter(({ captum }) => captum);
    for (const record of records.slice(0, 2)) {
      const result = await explain(model, await readImage(record), {
        method,
        classIndex: record.classIndex,
        ...(method === 'occlusion' && { window: 32, stride: 16 }),
      });
      const { data } = decodeNpy(await readFile(join(folder, 'reference', record.captum![key] as string)));
      checkUnstable(result, channelsLast(Float32Array.from(data, Number), 3), String(record.image));
    }
  });
}

async function checkCams(
  model: Parameters<typeof explain>[0],
  input: InputArray,
  record: Reference,
  what: string,
): Promise<void> {
  const { layer, classIndex } = record;
  for (const [method, expected, tolerance] of [
    ['grad-cam', record.gradCam, GRADIENT],
    ['grad-cam++', record.gradCamPlusPlus, PLUS_PLUS],
  ] as const) {
    const { explanations } = await explain(model, input, { method, layer, classIndex });
    assertClose(explanations[0]!.weights!, expected.weights, tolerance, `${method} weights, ${what}`);
    assertClose(explanations[0]!.map.data, await numbers(expected.cam), tolerance, `${method} map, ${what}`);
  }
}

/**
 * The expected arrays are float32 themselves, and differ from float64 where max pooling has ties or a ReLU its kink: all
 * but 3 % of the elements agree, and no element is far off.
 */
function checkUnstable(result: MethodResult, expected: Float32Array, what: string): void {
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
function channelsLast(values: Float32Array, channels: number): Float32Array {
  const positions = values.length / channels;
  return values.map((_, i) => values[(i % channels) * positions + Math.floor(i / channels)]!);
}

function batchOf(inputs: readonly ModelInput[]): InputArray {
  const [first] = inputs;
  return {
    shape: [inputs.length, ...first!.shape],
    data: Float32Array.from(inputs.flatMap(({ data }) => [...data])),
  };
}

/** Each model is read once. */
function modelOf(file: string): ReturnType<typeof open> {
  const known = models.get(file) ?? open(file);
  models.set(file, known);
  return known;
}

async function open(file: string): Promise<Parameters<typeof explain>[0]> {
  return (await loadModel(join(folder, 'models', file))).model;
}

async function references(file: string): Promise<readonly Reference[]> {
  return JSON.parse(await readFile(join(folder, 'reference', file), 'utf8')) as readonly Reference[];
}

async function readImage({ image }: Reference): Promise<ModelInput> {
  return readInput(join(folder, 'reference', image ?? ''), { shape: [224, 224, 3] });
}

async function numbers(cam: readonly number[] | string): Promise<ArrayLike<number>> {
  if (typeof cam !== 'string') return cam;
  return Float64Array.from(decodeNpy(await readFile(join(folder, 'reference', cam))).data, Number);
}

test.run();
