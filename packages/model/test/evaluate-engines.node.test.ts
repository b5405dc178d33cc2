import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '@ablation-cam/tools/testing';
import { arrayDataSet, evaluate, networkOf, useBackend, type DataSet } from '../src/index.ts';
import { assertRefused } from './support/refusal.ts';

const SIDE = 6;
const classNames = ['a', 'b', 'c'];

const test = suite('evaluation on two engines');

test.before(async () => {
  await useBackend('cpu');
});

/** Seeded, and without a preference among the classes. */
function smallModel(): tf.LayersModel {
  const random = seededRandom(21);
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [SIDE, SIDE, 1] }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: classNames.length, activation: 'softmax' }),
    ],
  });
  tf.tidy(() => {
    model.setWeights(model.getWeights().map(({ shape, size }) => tf.tensor(random.floats(size), shape)));
  });
  return model;
}

function samples(count: number): DataSet {
  const random = seededRandom(22);
  return arrayDataSet({
    name: 'noise',
    classNames,
    inputShape: [SIDE, SIDE, 1],
    values: random.floats(count * SIDE * SIDE),
    labels: Array.from({ length: count }, (_, i) => i % classNames.length),
  });
}

test('ONNX Runtime counts what TensorFlow.js counts, for models and for networks', async () => {
  const model = smallModel();
  const data = samples(50);
  const expected = await evaluate(model, data, { batchSize: 16 });
  const before = tf.memory().numTensors;
  for (const source of [model, await networkOf(model)]) {
    for (const engine of ['tfjs', 'onnxruntime', 'auto'] as const) {
      const found = await evaluate(source, data, { batchSize: 16, engine });
      assert.is(found.run.backend, engine === 'tfjs' ? 'cpu' : 'onnxruntime');
      assert.equal(found.confusion, expected.confusion);
      found.failures.forEach(({ index, confidence }, i) => {
        assert.is(index, expected.failures[i]?.index);
        assert.ok(Math.abs(confidence - (expected.failures[i]?.confidence ?? 0)) < 1e-6);
      });
    }
  }
  assert.is(tf.memory().numTensors, before);
  model.dispose();
});

test('weights that were changed in between are those that predict', async () => {
  const model = smallModel();
  const data = samples(30);
  await evaluate(model, data, { engine: 'onnxruntime' });
  tf.tidy(() => {
    model.setWeights(model.getWeights().map((weight) => weight.neg()));
  });
  const [own, expected] = [
    await evaluate(model, data, { engine: 'onnxruntime' }),
    await evaluate(model, data),
  ];
  assert.equal(own.confusion, expected.confusion);
  model.dispose();
});

test('a network that ends in a softmax has no logits to evaluate', async () => {
  const model = smallModel();
  for (const engine of ['tfjs', 'onnxruntime'] as const) {
    await assertRefused(
      async () => evaluate(await networkOf(model), samples(3), { engine, outputs: 'logits' }),
      'invalid-option',
      /ends in a softmax/,
    );
  }
  model.dispose();
});

test('a model with a mask is left to TensorFlow.js', async () => {
  const input = tf.input({ shape: [4] });
  const embedded = tf.layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true }).apply(input);
  const summed = tf.layers.lstm({ units: 3, kernelInitializer: 'ones' }).apply(embedded);
  const classes = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(summed);
  const model = tf.model({ inputs: input, outputs: classes as tf.SymbolicTensor });
  const data = arrayDataSet({
    name: 'words',
    classNames,
    inputShape: [4],
    values: Float32Array.of(1, 2, 0, 0, 3, 4, 1, 0),
    labels: [0, 1],
  });
  assert.is((await evaluate(model, data, { engine: 'auto' })).run.backend, 'cpu');
  await assertRefused(() => evaluate(model, data, { engine: 'onnxruntime' }), 'unsupported-layer', /mask/);
  model.dispose();
});

test.run();
