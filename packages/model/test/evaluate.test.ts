import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { useBackend } from '../src/backend/use-backend.ts';
import { arrayDataSet } from '../src/data/array-data-set.ts';
import type { DataSet } from '../src/data/data-set.ts';
import { evaluate } from '../src/evaluation/evaluate.ts';
import { assertAborted, assertRefused } from './support/refusal.ts';

/** Inputs that are their own outputs, so that a test states the scores. */
function identityModel(
  units: number,
  activation: 'linear' | 'softmax' | 'sigmoid' | 'logSoftmax' = 'linear',
): tf.LayersModel {
  const layer = tf.layers.dense({
    units,
    // The types of TensorFlow.js do not know logSoftmax.
    activation: activation as 'linear',
    useBias: false,
    inputShape: [units],
  });
  const model = tf.sequential({ layers: [layer] });
  tf.tidy(() => {
    layer.setWeights([tf.eye(units)]);
  });
  return model;
}

function dataOf(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  classNames: string[],
): DataSet {
  return arrayDataSet({
    name: 'rows',
    classNames,
    inputShape: [rows[0]?.length ?? classNames.length],
    values: Float32Array.from(rows.flat()),
    labels,
  });
}

const classNames = ['a', 'b', 'c'];
const rows = [
  [0.8, 0.1, 0.1],
  [0.1, 0.2, 0.7],
  [0.25, 0.5, 0.25],
  [0.9, 0.05, 0.05],
  [0.3, 0.4, 0.3],
  [0, 0, 1],
];
const labels = [0, 1, 1, 2, 0, 2];

const test = suite('evaluate');

test.before(async () => {
  await useBackend('cpu');
});

test('counts right and wrong predictions over batches of any size', async () => {
  const model = identityModel(3);
  for (const batchSize of [1, 2, 4, 6, 100]) {
    const result = await evaluate(model, dataOf(rows, labels, classNames), { batchSize });
    assert.is(result.accuracy, 3 / 6);
    assert.equal(result.confusion, [
      [1, 1, 0],
      [0, 1, 1],
      [1, 0, 1],
    ]);
    assert.is(result.failureCount, 3);
    assert.equal([result.dataName, result.run.backend, result.run.batchSize], ['rows', 'cpu', batchSize]);
  }
  model.dispose();
});

test('keeps the most confident wrong predictions with their inputs', async () => {
  const model = identityModel(3);
  const { failures } = await evaluate(model, dataOf(rows, labels, classNames), {
    failedExamples: 2,
    batchSize: 2,
  });
  assert.equal(
    failures.map(({ index, label, predicted }) => [index, label, predicted]),
    [
      [3, 2, 0],
      [1, 1, 2],
    ],
  );
  assert.equal([...failures[0]!.input], [...Float32Array.from(rows[3]!)]);
  assert.equal(failures[0]!.shape, [3]);
  assert.is(failures[1]!.confidence, Math.fround(0.7));
  assert.is(failures[1]!.trueScore, Math.fround(0.2));
  const none = await evaluate(model, dataOf(rows, labels, classNames), { failedExamples: 0 });
  assert.equal([none.failures, none.failureCount], [[], 3]);
  model.dispose();
});

test('takes one sigmoid unit for the probability of the second of two classes', async () => {
  const model = identityModel(1, 'sigmoid');
  const data = dataOf([[-2], [3], [0.5], [-1]], [0, 1, 0, 1], ['benign', 'malignant']);
  const { accuracy, confusion, classes } = await evaluate(model, data);
  assert.is(accuracy, 0.5);
  assert.equal(confusion, [
    [1, 1],
    [1, 1],
  ]);
  assert.is(classes[0]!.auc, 0.75);
  assert.is(classes[1]!.auc, 0.75);
  model.dispose();
});

test('turns logits into probabilities when it is told that outputs are logits', async () => {
  const logits = [
    [4, 1, -2],
    [-3, 0, 5],
  ];
  const [raw, soft] = [identityModel(3), identityModel(3, 'softmax')];
  const data = dataOf(logits, [1, 2], classNames);
  const fromLogits = await evaluate(raw, data, { outputs: 'logits' });
  const fromSoftmax = await evaluate(soft, data);
  assert.equal(fromLogits.confusion, fromSoftmax.confusion);
  const difference = fromLogits.failures[0]!.confidence - fromSoftmax.failures[0]!.confidence;
  // The softmax of the model rounds to float32.
  assert.ok(Math.abs(difference) < 1e-6);
  await assertRefused(() => evaluate(raw, data), 'invalid-data', /no probability.*as logits/);
  await assertRefused(
    () => evaluate(soft, data, { outputs: 'logits' }),
    'invalid-option',
    /ends in a softmax/,
  );
  raw.dispose();
  soft.dispose();
});

test('logarithms of probabilities are evaluated as what they are the logarithms of', async () => {
  const [soft, log] = [identityModel(3, 'softmax'), identityModel(3, 'logSoftmax')];
  const data = dataOf(rows, labels, classNames);
  const [expected, found] = [await evaluate(soft, data), await evaluate(log, data)];
  assert.equal(found.confusion, expected.confusion);
  found.failures.forEach(({ confidence }, i) => {
    assert.ok(Math.abs(confidence - (expected.failures[i]?.confidence ?? NaN)) < 1e-6);
  });
  soft.dispose();
  log.dispose();
});

test('leaves no tensors behind, also when it fails', async () => {
  const model = identityModel(3);
  const before = tf.memory().numTensors;
  await evaluate(model, dataOf(rows, labels, classNames), { batchSize: 2 });
  const broken = dataOf([[1, Number.NaN, 0]], [0], classNames);
  await assertRefused(() => evaluate(model, broken), 'invalid-data', /Sample 0 holds NaN/);
  assert.is(tf.memory().numTensors, before);
  model.dispose();
});

test('names the layer at which values stop being finite, and no layer where a weight is at fault', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 3, useBias: false, inputShape: [3], name: 'grows' }),
      tf.layers.dense({ units: 3, activation: 'softmax', useBias: false, name: 'classes' }),
    ],
  });
  const before = tf.memory().numTensors;
  const setKernel = (name: string, value: number): void => {
    tf.tidy(() => {
      model.getLayer(name).setWeights([tf.fill([3, 3], value)]);
    });
  };
  const data = dataOf(rows, labels, classNames);
  setKernel('grows', 3e38);
  setKernel('classes', 1);
  await assertRefused(
    () => evaluate(model, data),
    'not-finite',
    /sample 0 .*layer "classes" \(Dense\) is the first that yields/,
  );
  setKernel('grows', 1);
  setKernel('classes', NaN);
  await assertRefused(() => evaluate(model, data), 'not-finite', /layer "classes" .*holds NaN at position 0/);
  assert.is(tf.memory().numTensors, before);
  model.dispose();
});

test('reports progress after every batch and stops between batches', async () => {
  const model = identityModel(3);
  const data = dataOf(rows, labels, classNames);
  const progress: (readonly number[])[] = [];
  const controller = new AbortController();
  await evaluate(model, data, { batchSize: 4, onProgress: (done, total) => progress.push([done, total]) });
  assert.equal(progress, [
    [4, 6],
    [6, 6],
  ]);
  const { signal } = controller;
  const onProgress = (): void => {
    controller.abort();
  };
  await assertAborted(() => evaluate(model, data, { batchSize: 2, signal, onProgress }), signal);
  model.dispose();
});

test('refuses data that do not fit the model, and says what fits', async () => {
  const model = identityModel(3);
  const refused = (data: DataSet, pattern: RegExp) =>
    assertRefused(() => evaluate(model, data), 'invalid-data', pattern);
  await refused(dataOf([[1, 0, 0]], [1], ['a', 'b']), /2 classes \(a, b\), the model tells 3 apart/);
  await refused(dataOf([[1, 0]], [1], classNames), /inputs of shape \[3\], the data have \[2\]/);
  await refused(dataOf([], [], classNames), /no samples/);
  await refused(
    dataOf(
      [
        [1, 0, 0],
        [0, Number.NaN, 0],
      ],
      [0, 1],
      classNames,
    ),
    /Sample 1 holds NaN/,
  );
  const data = dataOf(rows, labels, classNames);
  await assertRefused(
    () => evaluate(model, data, { failedExamples: 1.5 }),
    'invalid-option',
    /from 0, got 1.5/,
  );
  await assertRefused(() => evaluate(model, data, { batchSize: 0 }), 'invalid-option', /batchSize/);
  model.dispose();
});

test('refuses a model that is no classifier', async () => {
  const model = tf.sequential({
    layers: [tf.layers.conv1d({ filters: 2, kernelSize: 1, inputShape: [3, 1] })],
  });
  const data = arrayDataSet({
    name: 'signals',
    classNames: ['a', 'b'],
    inputShape: [3, 1],
    values: new Float32Array(3),
    labels: [0],
  });
  await assertRefused(
    () => evaluate(model, data),
    'invalid-data',
    /one output \[batch, classes\], got \[batch, 3, 2\]/,
  );
  model.dispose();
});

test.run();
