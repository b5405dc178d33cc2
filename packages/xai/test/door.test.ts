import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs';
import { assertClose } from '@ablation-cam/tools/testing';
import { ModelError, useBackend } from '@ablation-cam/model';
import { ablationCam, explain, XaiError, type ExplainedInput } from '../src/index.ts';
import { sequenceModel, setRandomWeights } from './support/models.ts';

const test = suite('what plain JavaScript may hand over');

test.before(async () => {
  await useBackend('cpu');
});

const model = (): tf.Sequential => {
  const made = sequenceModel([
    tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1] }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  setRandomWeights(made, 1);
  return made;
};
const data = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
const tensor = (): tf.Tensor => tf.tensor(data, [1, 6, 6, 1]);

const INPUTS: Readonly<Record<string, () => ExplainedInput>> = {
  'a tensor': tensor,
  'values and shape': () => ({ data, shape: [6, 6, 1] }),
  'values in double precision and shape': () => ({ data: Float64Array.from(data), shape: [6, 6, 1] }),
  'a list of numbers and shape': () => ({ data: [...data], shape: [1, 6, 6, 1] }),
  'a flat list of numbers': () => [...data],
  'a flat array': () => data,
  'nested arrays of a batch': () => tensor().arraySync() as number[][][][],
  'nested arrays of one input': () => tensor().squeeze([0]).arraySync() as number[][][],
};

for (const [what, given] of Object.entries(INPUTS)) {
  test(`${what} is an input`, async () => {
    const network = model();
    const expected = (await ablationCam(network, { data, shape: [6, 6, 1] })).explanations[0]!;
    const { explanations } = await ablationCam(network, given());
    assert.is(explanations.length, 1);
    assertClose(explanations[0]!.weights, expected.weights, { ofLargest: 1e-6 });
  });
}

test('a tensor is read before anything else: tidy and an early dispose do no harm', async () => {
  const network = model();
  const expected = (await ablationCam(network, { data, shape: [6, 6, 1] })).explanations[0]!;
  const tensors = tf.memory().numTensors;
  const inTidy: Promise<unknown>[] = [];
  tf.tidy(() => {
    inTidy.push(ablationCam(network, tensor()));
  });
  const x = tensor();
  const early = ablationCam(network, x);
  x.dispose();
  for (const result of [...(await Promise.all(inTidy)), await early]) {
    const { explanations } = result as Awaited<typeof early>;
    assertClose(explanations[0]!.weights, expected.weights, { ofLargest: 1e-6 });
  }
  assert.is(tf.memory().numTensors, tensors);
});

for (const [what, source, pattern] of [
  ['what loadModel returns', () => ({ model: model(), dispose: () => undefined }), /field `network`/],
  ['a promise of a model', () => Promise.resolve(model()), /Await it first/],
  ['no model', () => undefined, /got nothing/],
  ['a file name', () => 'net/model.json', /Load one/],
  ['a graph model', () => ({ execute: () => [], predict: () => [] }), /tf\.GraphModel/],
] as const) {
  test(`${what} in place of a model is refused with the remedy`, async () => {
    const error: unknown = await ablationCam(source() as unknown as tf.LayersModel, data).catch(
      (reason: unknown) => reason,
    );
    assert.instance(error, ModelError);
    assert.match((error as Error).message, pattern);
  });
}

for (const [what, given, pattern] of [
  ['values without a shape', { data }, /lacks its shape; the model takes the shape \[6, 6, 1\]/],
  ['a file name', 'photo.png', /readInput\("photo.png"/],
  ['nothing', undefined, /got nothing/],
  ['too few values', new Float32Array(35), /35 values without a shape/],
  ['text in an array', [...data.subarray(1), 'x'], /type string/],
  ['not a number', { data: data.map(() => NaN), shape: [6, 6, 1] }, /holds NaN at position 0/],
  [
    'a number beyond single precision',
    { data: [...data.subarray(1), 1e300], shape: [6, 6, 1] },
    /single precision/,
  ],
] as const) {
  test(`${what} as the input is refused`, async () => {
    const error: unknown = await ablationCam(model(), given as unknown as ExplainedInput).catch(
      (reason: unknown) => reason,
    );
    assert.instance(error, XaiError);
    assert.is((error as XaiError).code, 'invalid-input');
    assert.match((error as Error).message, pattern);
  });
}

test('an option that a method does not have is named', async () => {
  const options = { classes: 'all' } as unknown as Parameters<typeof ablationCam>[2];
  const error: unknown = await ablationCam(model(), data, options).catch((reason: unknown) => reason);
  assert.instance(error, XaiError);
  assert.match((error as Error).message, /no option "classes"\. Its options: .*classIndex/);
});

test('the warning of a map without positive values tells what the weights say', async () => {
  const network = sequenceModel([
    tf.layers.conv1d({ filters: 2, kernelSize: 1, inputShape: [4, 1], activation: 'tanh', useBias: false }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 1, activation: 'sigmoid', useBias: false }),
  ]);
  network.layers[0]!.setWeights([tf.tensor([-1, -0.5], [1, 1, 2])]);
  const explained = async (sign: number) => {
    network.layers[2]!.setWeights([tf.fill([8, 1], sign)]);
    const signal = { data: Float32Array.of(0.2, 0.4, 1, 0.6), shape: [4, 1] };
    return (await ablationCam(network, signal, { classIndex: 1, ablatedScores: true })).explanations[0]!;
  };
  // Negative activations with negative weights: the score of 0.949 falls to 0.741 and 0.867 without a channel.
  const falls = await explained(-1);
  assert.ok(falls.weights.every((weight) => weight > 0));
  assertClose([falls.ablatedScores![1]!, falls.ablatedScores![3]!], [0.741, 0.867], { absolute: 1e-3 });
  assert.match(falls.warnings.join(' '), /positive weights have negative activations/);
  assert.not.match(falls.warnings.join(' '), /score as high or higher/);
});

test('a score of 0 says that weights are 0 only where they are', async () => {
  const network = sequenceModel([
    tf.layers.conv1d({ filters: 2, kernelSize: 1, inputShape: [4, 1], useBias: false }),
    tf.layers.globalAveragePooling1d({}),
    tf.layers.dense({ units: 2, useBias: false }),
  ]);
  network.layers[0]!.setWeights([tf.tensor([1, 1], [1, 1, 2])]);
  network.layers[2]!.setWeights([tf.tensor([1, 0, -1, 0], [2, 2])]);
  const signal = { data: Float32Array.of(0.2, 0.4, 1, 0.6), shape: [4, 1] };
  const of = async (weighting: 'relative-drop' | 'slope') =>
    (await explain(network, signal, { method: 'ablation-cam', classIndex: 0, weighting })).explanations[0]!;
  const [relative, slope] = [await of('relative-drop'), await of('slope')];
  assert.is(relative.classScore, 0);
  assert.ok(relative.weights!.every((weight) => weight === 0));
  assert.match(relative.warnings.join(' '), /all its weights are set to 0/);
  assert.ok(slope.weights!.some((weight) => weight !== 0));
  assert.not.match(slope.warnings.join(' '), /weights are set to 0/);
});

test('a saturated probability points to the logit', async () => {
  const network = model();
  network.layers[2]!.setWeights([tf.zeros([32, 2]), tf.tensor([30, -30])]);
  const of = async (score: 'probability' | 'logit') =>
    (await ablationCam(network, data, { score })).explanations[0]!.warnings.join(' ');
  assert.match(await of('probability'), /saturated.*explaining the logit/);
  assert.not.match(await of('logit'), /saturated/);
});

test.run();
