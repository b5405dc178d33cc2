import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs';
import { assertClose } from '@ablation-cam/tools/testing';
import { useBackend } from '@ablation-cam/model';
import { ablationCam, featureMap, maskedPrediction, XaiError, type InputArray } from '../src/index.ts';
import { randomInput, sequenceModel, setRandomWeights } from './support/models.ts';

/** Two forward passes in single precision. */
const SINGLE_PRECISION = { absolute: 1e-5 };

const test = suite('looking inside');

test.before(async () => {
  await useBackend('cpu');
});

function subject(): { model: tf.LayersModel; input: InputArray } {
  const model = sequenceModel([
    tf.layers.conv1d({
      filters: 5,
      kernelSize: 3,
      activation: 'relu',
      inputShape: [12, 1],
      name: 'features',
    }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 3);
  return { model, input: randomInput([12, 1], 4) };
}

for (const ablation of ['zero', 'zero-kernel', 'channel-mean'] as const) {
  test(`one channel off is a row of the ablated scores: ${ablation}`, async () => {
    const { model, input } = subject();
    const { explanations } = await ablationCam(model, input, {
      ablation,
      executor: 'reference',
      ablatedScores: true,
    });
    for (const k of [0, 3]) {
      const { probabilities } = await maskedPrediction(model, input, { channels: [k], ablation });
      const row = explanations[0]!.ablatedScores!.subarray(3 * k, 3 * k + 3);
      assertClose(probabilities!, row, SINGLE_PRECISION);
    }
    model.dispose();
  });
}

test('with no channel off the prediction is that of the model', async () => {
  const { model, input } = subject();
  const { probabilities } = await maskedPrediction(model, input, { channels: [] });
  const predicted = model.predict(tf.tensor(input.data, [1, 12, 1])) as tf.Tensor;
  assertClose(probabilities!, await predicted.data(), SINGLE_PRECISION);
  tf.dispose(predicted);
  model.dispose();
});

test('with all channels off the input has no effect', async () => {
  const { model, input } = subject();
  const channels = [0, 1, 2, 3, 4];
  const first = await maskedPrediction(model, input, { channels });
  const second = await maskedPrediction(model, randomInput([12, 1], 9), { channels });
  assert.equal(first, second);
  model.dispose();
});

test('the feature map is the output of the layer', async () => {
  const { model, input } = subject();
  const { data, shape } = await featureMap(model, input);
  assert.equal(shape, [10, 5]);
  const layer = model.getLayer('features');
  const expected = layer.apply(tf.tensor(input.data, [1, 12, 1])) as tf.Tensor;
  assertClose(data, await expected.data(), SINGLE_PRECISION);
  expected.dispose();
  model.dispose();
});

test('a channel that does not exist is named', async () => {
  const { model, input } = subject();
  try {
    await maskedPrediction(model, input, { channels: [5] });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, XaiError);
    assert.match((error as XaiError).message, 'Channel 5 does not exist: the layer has 5');
  }
  model.dispose();
});

test('no tensor is left behind', async () => {
  const { model, input } = subject();
  const before = tf.memory().numTensors;
  await maskedPrediction(model, input, { channels: [1, 2], ablation: 'channel-mean' });
  await featureMap(model, input);
  assert.is(tf.memory().numTensors, before);
  model.dispose();
});

test.run();
