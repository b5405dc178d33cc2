import * as tf from '@tensorflow/tfjs';
import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  arrayDataSet,
  NumpyRandom,
  train,
  useBackend,
  vgg7,
  type DataSet,
  type OptimizerSettings,
  type TrainingSettings,
} from '../src/index.ts';
import { countCorrect, crossEntropy } from '../src/training/classification-loss.ts';
import { learningRateAt } from '../src/training/learning-rate.ts';
import { trainableVariables } from '../src/training/model-tensors.ts';
import { Optimizer } from '../src/training/optimizer.ts';
import { stepGradients, trainingPartSize } from '../src/training/step-gradients.ts';
import { assertAborted, assertRefused } from './support/refusal.ts';

/** A few roundings of 6e-8. */
const FLOAT32 = { absolute: 1e-6 };

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const settings: TrainingSettings = {
  optimizer: { kind: 'adam', ...adam },
  learningRate: { kind: 'constant', rate: 0.02 },
  epochs: 3,
  batchSize: 16,
  seed: 5,
  validationFraction: 0.25,
  patience: null,
};

const test = suite('training');

test.before(async () => {
  await useBackend('cpu');
});

test('the learning rate follows its schedule', () => {
  const length = { stepsPerEpoch: 10, epochs: 8 };
  const at = (schedule: TrainingSettings['learningRate'], steps: number[]): number[] =>
    steps.map((step) => learningRateAt(schedule, step, length));
  assert.equal(at({ kind: 'constant', rate: 0.1 }, [0, 79]), [0.1, 0.1]);
  const report = at({ kind: 'decay', rate: 1e-3, factor: 0.5, every: 15 }, [0, 9, 10, 79]);
  assertClose(report, [1e-3, 1e-3, 1e-3 * 0.5 ** (1 / 15), 1e-3 * 0.5 ** (7 / 15)], { absolute: 1e-12 });
  const cosine = at({ kind: 'cosine', rate: 1, warmupEpochs: 2 }, [0, 9, 19, 20, 50, 79]);
  assertClose(cosine, [0.05, 0.5, 1, 1, 0.5, (1 + Math.cos((Math.PI * 59) / 60)) / 2], { absolute: 1e-12 });
});

test('optimizers follow their equations', () => {
  const kinds: OptimizerSettings[] = [
    { kind: 'sgd', momentum: 0.5 },
    { kind: 'adam', ...adam },
    { kind: 'adamw', ...adam, weightDecay: 0.1 },
  ];
  const gradients = [1, -0.5, 0.25];
  for (const kind of kinds) {
    const weights = tf.variable(tf.tensor2d([[0.8]]));
    const optimizer = new Optimizer(kind, [weights]);
    let [expected, velocity, mean, square] = [0.8, 0, 0, 0];
    gradients.forEach((gradient, step) => {
      const given = tf.tensor2d([[gradient]]);
      optimizer.update([given], 0.1, step);
      given.dispose();
      if (kind.kind === 'sgd') {
        velocity = 0.5 * velocity - 0.1 * gradient;
        expected += velocity;
        return;
      }
      mean = 0.9 * mean + 0.1 * gradient;
      square = 0.999 * square + 0.001 * gradient ** 2;
      if (kind.kind === 'adamw') expected -= 0.1 * kind.weightDecay * expected;
      expected -=
        (0.1 * (mean / (1 - 0.9 ** (step + 1)))) / (Math.sqrt(square / (1 - 0.999 ** (step + 1))) + 1e-7);
    });
    assertClose(weights.dataSync(), [expected], { absolute: 5e-6 }, kind.kind);
    optimizer.dispose();
    weights.dispose();
  }
});

test('decoupled decay leaves biases alone', () => {
  const bias = tf.variable(tf.tensor1d([0.8]));
  const optimizer = new Optimizer({ kind: 'adamw', ...adam, weightDecay: 0.5 }, [bias]);
  const zero = tf.zeros([1]);
  optimizer.update([zero], 0.1, 0);
  assertClose(bias.dataSync(), [0.8], FLOAT32);
  optimizer.dispose();
  tf.dispose([bias, zero]);
});

test('losses and counts of a softmax and of a one-unit sigmoid are those of their formulas', () => {
  tf.tidy(() => {
    const softmax = tf.tensor2d([
      [0.7, 0.2, 0.1],
      [0.3, 0.3, 0.4],
    ]);
    const labels = tf.tensor1d([0, 1], 'int32');
    assertClose(crossEntropy(softmax, labels).dataSync(), [-(Math.log(0.7) + Math.log(0.3)) / 2], FLOAT32);
    assert.equal([...countCorrect(softmax, labels).dataSync()], [1]);
    const sigmoid = tf.tensor2d([[0.2], [0.9]]);
    assertClose(crossEntropy(sigmoid, labels).dataSync(), [-(Math.log(0.8) + Math.log(0.9)) / 2], FLOAT32);
    assert.equal([...countCorrect(sigmoid, labels).dataSync()], [2]);
  });
});

test('a network learns, ends with the weights of its best epoch, and leaves no tensors behind', async () => {
  const model = network();
  const before = tf.memory().numTensors;
  const epochs: number[] = [];
  const steps: number[] = [];
  const { history, bestEpoch, ended } = await train(model, blobs(), {
    ...settings,
    epochs: 8,
    onEpoch: ({ epoch }) => void epochs.push(epoch),
    onProgress: ({ step, steps: of, secondsLeft }) => {
      steps.push(step);
      assert.is(of, 5);
      assert.ok(secondsLeft >= 0);
    },
  });
  assert.is(tf.memory().numTensors, before);
  assert.is(ended, 'epochs');
  assert.equal(epochs, [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(steps.slice(0, 6), [1, 2, 3, 4, 5, 1]);
  assert.ok(history.at(-1)!.accuracy > 0.9);
  const losses = history.map(({ validationLoss }) => validationLoss ?? NaN);
  assert.is(losses.indexOf(Math.min(...losses)) + 1, bestEpoch);
  model.dispose();
});

test('the same seed gives the same weights, another seed others', async () => {
  const [one, two, other] = [await trained({}), await trained({}), await trained({ seed: 6 })];
  assert.equal(one, two);
  assert.not.equal(one, other);
});

test('training stops after `patience` epochs without a lower validation loss', async () => {
  const model = network();
  // A rate this small changes nothing in float32, so no epoch is better than the first.
  const { history, ended, bestEpoch } = await train(model, blobs(), {
    ...settings,
    optimizer: { kind: 'sgd', momentum: 0 },
    learningRate: { kind: 'constant', rate: 1e-12 },
    epochs: 20,
    patience: 3,
  });
  assert.equal([history.length, ended, bestEpoch], [4, 'early-stopping', 1]);
  model.dispose();
});

test('without a validation split the last weights are kept', async () => {
  const model = network();
  const { history, bestEpoch } = await train(model, blobs(), { ...settings, validationFraction: 0 });
  assert.is(bestEpoch, 3);
  assert.is(history[0]?.validationLoss, null);
  model.dispose();
});

test('an aborted training stops after its step', async () => {
  const model = network();
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  let steps = 0;
  const onProgress = (): void => {
    steps += 1;
    if (steps === 7) controller.abort();
  };
  await assertAborted(
    () => train(model, blobs(), { ...settings, signal: controller.signal, onProgress }),
    controller.signal,
  );
  assert.is(steps, 7);
  assert.is(tf.memory().numTensors, before);
  model.dispose();
});

test('batch normalisation is trained and used as Keras does', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 4,
        inputShape: [2],
        kernelInitializer: tf.initializers.heUniform({ seed: 1 }),
      }),
      tf.layers.batchNormalization({ momentum: 0.5 }),
      tf.layers.dense({
        units: 3,
        activation: 'softmax',
        kernelInitializer: tf.initializers.heUniform({ seed: 2 }),
      }),
    ],
  });
  const before = tf.memory().numTensors;
  const { history } = await train(model, blobs(), { ...settings, epochs: 6 });
  assert.is(tf.memory().numTensors, before);
  assert.ok((history.at(-1)?.validationAccuracy ?? 0) > 0.9);
  const movingMean = model.layers[1]?.getWeights()[2]?.dataSync() ?? [];
  assert.ok(movingMean.some((value) => value !== 0));
  model.dispose();
});

test('a batch in parts has the gradients of the whole', () => {
  const model = network();
  const before = tf.memory().numTensors;
  const variables = trainableVariables(model);
  const inputs = tf.randomUniform([7, 2], -1, 1, 'float32', 1);
  const labels = tf.tensor1d([0, 1, 2, 0, 1, 2, 0], 'int32');
  const [whole, parts] = [7, 3].map((partSize) => {
    const { loss, correct, gradients } = stepGradients(model, variables, { inputs, labels }, partSize);
    const values = [loss, correct, ...gradients].flatMap((tensor) => [...tensor.dataSync()]);
    tf.dispose([loss, correct, ...gradients]);
    return values;
  });
  assertClose(parts ?? [], whole ?? [], FLOAT32);
  tf.dispose([inputs, labels]);
  assert.is(tf.memory().numTensors, before);
  model.dispose();
});

test('large images are trained on a few at a time, small ones in whole batches', () => {
  const size = (side: number): number => {
    const model = vgg7({ inputShape: [side, side, 3] });
    const samples = trainingPartSize(model, [side, side, 3]);
    model.dispose();
    return samples;
  };
  assert.ok(size(64) >= 32);
  assert.ok(size(224) >= 1 && size(224) < 10);
  assert.is(size(4000), 1);
});

test('what could only train to nonsense is refused', async () => {
  const model = network();
  const refuse = (data: DataSet, pattern: RegExp): Promise<void> =>
    assertRefused(() => train(model, data, settings), 'invalid-data', pattern);
  const set = (change: Partial<Parameters<typeof arrayDataSet>[0]>): DataSet =>
    arrayDataSet({
      name: 'set',
      classNames: ['a', 'b', 'c'],
      inputShape: [2],
      values: new Float32Array(8),
      labels: [0, 1, 2, 0],
      ...change,
    });
  await refuse(
    set({ inputShape: [1], labels: [0, 1, 2, 0, 0, 0, 0, 0] }),
    /inputs of shape \[2\], the data have \[1\]/,
  );
  await refuse(set({ classNames: ['a', 'b', 'c', 'd'] }), /tells 3 classes apart, the data have 4/);
  await refuse(set({ labels: [1, 1, 1, 1] }), /fewer than two classes/);
  model.dispose();

  const linear = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
  await assertRefused(() => train(linear, blobs(), settings), 'invalid-data', /does not end in one softmax/);
  linear.dispose();
});

test('options out of range are refused by name', async () => {
  const model = network();
  const refuse = (change: Partial<TrainingSettings>, pattern: RegExp): Promise<void> =>
    assertRefused(() => train(model, blobs(), { ...settings, ...change }), 'invalid-option', pattern);
  await refuse({ epochs: 0 }, /epochs must be a positive integer; got 0/);
  await refuse({ batchSize: 1.5 }, /batchSize/);
  await refuse({ validationFraction: 1 }, /validationFraction/);
  await refuse({ patience: 0 }, /patience/);
  await refuse({ learningRate: { kind: 'constant', rate: 0 } }, /learningRate\.rate/);
  await refuse({ optimizer: { kind: 'sgd', momentum: 1 } }, /optimizer\.momentum/);
  await assertRefused(
    () => train(model, blobs(), { resume: true }),
    'invalid-option',
    /needs the checkpoint folder/,
  );
  model.dispose();
});

function network(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({
        units: 6,
        inputShape: [2],
        activation: 'relu',
        kernelInitializer: tf.initializers.heUniform({ seed: 3 }),
        kernelRegularizer: tf.regularizers.l2({ l2: 1e-4 }),
      }),
      tf.layers.dense({
        units: 3,
        activation: 'softmax',
        kernelInitializer: tf.initializers.heUniform({ seed: 4 }),
      }),
    ],
  });
}

/** Three clouds of points around the corners of a triangle. */
function blobs(): DataSet {
  const random = new NumpyRandom(1);
  const labels = Array.from({ length: 99 }, (_, i) => i % 3);
  const values = Float32Array.from({ length: 198 }, (_, i) => {
    const angle = (2 * Math.PI * (labels[i >> 1] ?? 0)) / 3;
    return 2 * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + 0.5 * random.normal();
  });
  return arrayDataSet({ name: 'blobs', classNames: ['a', 'b', 'c'], inputShape: [2], values, labels });
}

async function trained(change: Partial<TrainingSettings>): Promise<number[][]> {
  const model = network();
  await train(model, blobs(), { ...settings, ...change });
  const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
  model.dispose();
  return weights;
}

test.run();
