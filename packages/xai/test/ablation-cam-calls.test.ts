import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs';
import { ModelError, useBackend } from '@ablation-cam/model';
import {
  ablationCam,
  releaseDevice,
  sharedDevice,
  XaiError,
  type AblationCamCallOptions,
  type InputArray,
} from '../src/index.ts';
import { randomInput, setRandomWeights } from './support/models.ts';
import { imageModel, signalModel } from './support/small-models.ts';

const test = suite('calls of Ablation-CAM');

test.before(async () => {
  await useBackend('cpu');
});

test.after(async () => {
  await releaseDevice();
});

test('leaves the current backend as it was', async () => {
  await useBackend('cpu');
  const model = signalModel();
  await ablationCam(model, randomInput([20, 1], 1), { backend: 'wasm' });
  assert.is(tf.getBackend(), 'cpu');
  await ablationCam(model, randomInput([20, 1], 1), { backend: 'wasm', classIndex: 99 }).catch(() => null);
  assert.is(tf.getBackend(), 'cpu');
  model.dispose();
});

test('leaves tensors and GPU buffers as they were over 200 calls', async () => {
  const model = signalModel();
  const device = await sharedDevice();
  const run = (index: number): Promise<unknown> =>
    ablationCam(model, randomInput([20, 1], index), {
      ablation: index % 2 === 0 ? 'zero' : 'zero-kernel',
      // Every twentieth call fails.
      classIndex: index % 20 === 19 ? 99 : 'predicted',
    }).catch((error: unknown) => error);
  await run(0);
  const before = { tensors: tf.memory().numTensors, buffers: device.liveBuffers };
  for (let index = 0; index < 200; index++) await run(index);
  await ablationCam(model, randomInput([20, 1], 1), { strategy: 'naive' });
  assert.equal({ tensors: tf.memory().numTensors, buffers: device.liveBuffers }, before);
  model.dispose();
});

test('puts the weights back when the naive loop is aborted', async () => {
  const model = signalModel();
  setRandomWeights(model, 1);
  const before = await Promise.all(model.getWeights().map((weight) => weight.data()));
  const tensors = tf.memory().numTensors;
  const controller = new AbortController();
  const error: unknown = await ablationCam(model, randomInput([20, 1], 1), {
    strategy: 'naive',
    ablation: 'zero-kernel',
    signal: controller.signal,
    onProgress: (done) => {
      if (done > 0.3) controller.abort();
    },
  }).catch((reason: unknown) => reason);
  assert.is(error, controller.signal.reason);
  const after = await Promise.all(model.getWeights().map((weight) => weight.data()));
  assert.equal(after, before);
  assert.is(tf.memory().numTensors, tensors);
  model.dispose();
});

test('reports its progress up to the end', async () => {
  const model = signalModel();
  for (const strategy of ['planned', 'naive'] as const) {
    const shares: number[] = [];
    await ablationCam(model, randomInput([3, 20, 1], 1), {
      strategy,
      onProgress: (done) => shares.push(done),
    });
    assert.is(shares.at(-1), 1);
    assert.equal(
      shares,
      shares.toSorted((a, b) => a - b),
    );
  }
  model.dispose();
});

test('says what is wrong with an option or an input, and what to do', async () => {
  const model = signalModel();
  const input = randomInput([20, 1], 1);
  const broken = { ...input, data: input.data.with(7, NaN) };
  const wrong: [InputArray, AblationCamCallOptions, new (...args: never[]) => Error, RegExp][] = [
    [input, { layer: 'conv9' }, ModelError, /no layer "conv9".*"last"/],
    [input, { layer: model.layers.at(-1)?.name }, ModelError, /no positions/],
    [input, { classIndex: 4 }, XaiError, /Class 4 is out of range.*0 to 3/],
    [input, { ablation: [1, 2] }, XaiError, /9 channels, got 2/],
    [input, { norm: 3 as 1 }, XaiError, /norm is 3; choose one of 1, 2/],
    [
      input,
      { backend: 'gpu' as 'webgpu' },
      XaiError,
      /backend is "gpu"; choose one of auto, webgpu, onnxruntime, wasm, cpu/,
    ],
    [randomInput([19, 1], 1), {}, XaiError, /shape \[20, 1\].*got \[19, 1\]/],
    [broken, {}, XaiError, /NaN at position 7/],
  ];
  for (const [given, options, type, message] of wrong) {
    const error: unknown = await ablationCam(model, given, options).catch((reason: unknown) => reason);
    assert.instance(error, type);
    assert.match((error as Error).message, message);
    assert.not((error as Error).message.includes('\n'));
  }
  model.dispose();
});

test('refuses to zero the filter of a layer without one', async () => {
  const model = imageModel();
  const layer = model.layers[2]?.name;
  const error: unknown = await ablationCam(model, randomInput([11, 10, 3], 1), {
    layer,
    ablation: 'zero-kernel',
  }).catch((reason: unknown) => reason);
  assert.instance(error, XaiError);
  assert.match((error as Error).message, /BatchNormalization.*no filter/);
  model.dispose();
});

test('recovers from a lost device', async () => {
  const model = signalModel();
  const input = randomInput([20, 1], 1);
  const options = { backend: 'cpu', executor: 'webgpu' } as const;
  const before = await ablationCam(model, input, options);
  const device = await sharedDevice();
  device.gpu.destroy();
  await device.lost;
  const after = await ablationCam(model, input, options);
  assert.equal(after.explanations[0]?.weights, before.explanations[0]?.weights);
  model.dispose();
});

test.run();
