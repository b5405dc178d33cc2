import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ablationCam,
  createExplainer,
  explain,
  maskedPrediction,
  methodNames,
  releaseDevice,
} from '../src/index.ts';
import { randomInput, sequenceModel, setRandomWeights } from './support/models.ts';

/** Two engines in single precision; scores that ablation subtracts have fewer digits left. */
const SINGLE_PRECISION = { ofLargest: 1e-4, absolute: 1e-6 };

const test = suite('explanations on ONNX Runtime');

test.before(async () => {
  await useBackend('cpu');
});

test.after(async () => {
  await releaseDevice();
});

function imageModel(seed = 3): tf.Sequential {
  const { conv2d, depthwiseConv2d, batchNormalization, maxPooling2d, flatten, dense } = tf.layers;
  const same = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  const model = sequenceModel([
    conv2d({ ...same, filters: 4, inputShape: [9, 8, 2], strides: [2, 1] }),
    depthwiseConv2d({ ...same, depthMultiplier: 2 }),
    batchNormalization(),
    conv2d({ ...same, filters: 6, name: 'last' }),
    maxPooling2d({ poolSize: 2 }),
    flatten(),
    dense({ units: 4, activation: 'softmax' }),
  ]);
  setRandomWeights(model, seed);
  return model;
}

const batch = randomInput([2, 9, 8, 2], 5);

for (const method of methodNames) {
  test(`${method} gives what it gives on TensorFlow.js`, async () => {
    const model = imageModel();
    const options = { method, classIndex: 'all' } as const;
    const expected = await explain(model, batch, { ...options, backend: 'cpu' });
    const found = await explain(model, batch, { ...options, backend: 'onnxruntime' });
    assert.is(found.backend.chosen, 'onnxruntime');
    assert.is(found.explanations.length, expected.explanations.length);
    for (const [i, explanation] of found.explanations.entries()) {
      const want = expected.explanations[i];
      assertClose(explanation.map.data, want?.map.data ?? [], SINGLE_PRECISION, `map ${i}`);
      assertClose(explanation.probabilities ?? [], want?.probabilities ?? [NaN], { absolute: 1e-6 });
    }
    model.dispose();
  });
}

test('looks into a network with channels switched off', async () => {
  const model = imageModel();
  const one = randomInput([9, 8, 2], 6);
  const options = { channels: [1, 4], layer: 'last', ablation: 'channel-mean' } as const;
  const expected = await maskedPrediction(model, one, { ...options, backend: 'cpu' });
  const found = await maskedPrediction(model, one, { ...options, backend: 'onnxruntime' });
  assertClose(found.logits, expected.logits, SINGLE_PRECISION);
  model.dispose();
});

test('gives no weight to channels whose means are all that is read of them', async () => {
  const { conv2d, globalAveragePooling2d, dense } = tf.layers;
  const model = sequenceModel([
    conv2d({ filters: 4, kernelSize: 3, inputShape: [66, 66, 1], name: 'last' }),
    globalAveragePooling2d({}),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 9);
  const options = { ablation: 'channel-mean', layer: 'last', backend: 'onnxruntime' } as const;
  const { explanations } = await ablationCam(model, randomInput([66, 66, 1], 2), options);
  assert.equal([...(explanations[0]?.weights ?? [])], [0, 0, 0, 0]);
  model.dispose();
});

test('notices weights that were changed between two calls', async () => {
  const model = imageModel();
  const before = await ablationCam(model, batch, { backend: 'onnxruntime' });
  setRandomWeights(model, 8);
  const [expected, found] = [
    await ablationCam(model, batch, { backend: 'cpu' }),
    await ablationCam(model, batch, { backend: 'onnxruntime' }),
  ];
  const [own, want, old] = [found, expected, before].map(
    ({ explanations }) => explanations[0]?.weights ?? [],
  );
  assertClose(own ?? [], want ?? [NaN], SINGLE_PRECISION);
  assert.ok([...(own ?? [])].some((weight, k) => Math.abs(weight - (old?.[k] ?? 0)) > 1e-3));
  model.dispose();
});

test('leaves a network with an unknown layer to TensorFlow.js, and says so', async () => {
  class Doubled extends tf.layers.Layer {
    static readonly className = 'DoubledOnnxRuntimeTest';
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.mul(Array.isArray(inputs) ? (inputs[0] ?? tf.scalar(0)) : inputs, 2);
    }
    override computeOutputShape(shape: tf.Shape): tf.Shape {
      return shape;
    }
  }
  const model = sequenceModel([
    tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [9, 8, 2] }),
    new Doubled({ name: 'doubled' }),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  const { backend, explanations } = await ablationCam(model, batch, { backend: 'onnxruntime' });
  assert.is.not(backend.chosen, 'onnxruntime');
  assert.match(backend.reason, /no rule for "doubled" \(DoubledOnnxRuntimeTest\)/);
  const expected = await ablationCam(model, batch, { backend: 'cpu' });
  assertClose(explanations[0]?.weights ?? [], expected.explanations[0]?.weights ?? [NaN], SINGLE_PRECISION);
  model.dispose();
});

test('leaves the naive strategy to TensorFlow.js', async () => {
  const model = imageModel();
  const { backend } = await ablationCam(model, batch, { backend: 'onnxruntime', strategy: 'naive' });
  assert.is.not(backend.chosen, 'onnxruntime');
  assert.match(backend.reason, /naive strategy/);
  model.dispose();
});

test('an explainer goes on after everything was released', async () => {
  const model = imageModel();
  const explainer = await createExplainer(model, { backend: 'onnxruntime', executor: 'onnxruntime' });
  const before = await explainer.explain(batch);
  await releaseDevice();
  const after = await explainer.explain(batch);
  assert.equal(after.explanations[0]?.weights, before.explanations[0]?.weights);
  assert.is(after.executor?.chosen, 'onnxruntime');
  await explainer.dispose();
  model.dispose();
});

test('stops with the reason of the signal', async () => {
  const model = imageModel();
  const controller = new AbortController();
  const reason = new Error('enough');
  const run = explain(model, batch, {
    method: 'occlusion',
    backend: 'onnxruntime',
    signal: controller.signal,
    onProgress: () => {
      controller.abort(reason);
    },
  });
  await run.then(
    () => {
      assert.unreachable('the call went on');
    },
    (error: unknown) => {
      assert.is(error, reason);
    },
  );
  model.dispose();
});

test.run();
