import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@ablation-cam/model';
import { assertClose, assertRefused } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  contrastOf,
  explain,
  functionOf,
  logitOf,
  probabilityOf,
  sumOf,
  XaiError,
  type Explanation,
} from '../src/index.ts';
import { classScoreGradient } from '../src/targets/class-score.ts';
import { randomInput, sequenceModel, setRandomWeights } from './support/models.ts';
import { first, inputOf, pooledModel } from './support/pooled-model.ts';

/** Two ways to the same number through single precision. */
const SINGLE_PRECISION = { ofLargest: 1e-5 };
/** Scores in single precision are subtracted by ablation, which leaves fewer digits than a gradient has. */
const SUBTRACTED = { ofLargest: 1e-4 };

const test = suite('targets');

test.before(async () => {
  await useBackend('cpu');
});

test('targets: a contrast is the difference of two logits, several classes are the sum', async () => {
  const model = pooledModel(1);
  const input = inputOf(1);
  for (const method of ['grad-cam', 'ablation-cam'] as const) {
    const of = (target: ReturnType<typeof logitOf>): Promise<Explanation> =>
      first(model, input, { method, target, ...(method === 'ablation-cam' && { weighting: 'slope' }) });
    const [zero, two] = [await of(logitOf(0)), await of(logitOf(2))];
    const contrast = await of(contrastOf(0, 2));
    const both = await of(sumOf([0, 2], 'logit'));
    assertClose([contrast.classScore], [zero.classScore - two.classScore], SINGLE_PRECISION);
    assertClose(
      contrast.weights!,
      zero.weights!.map((w, k) => w - two.weights![k]!),
      SUBTRACTED,
    );
    assertClose(
      both.weights!,
      zero.weights!.map((w, k) => w + two.weights![k]!),
      SUBTRACTED,
    );
    assert.is(contrast.classIndex, 0);
  }
  const all = await first(model, input, { method: 'grad-cam', target: sumOf([0, 1, 2, 3]) });
  // The probabilities of all classes add up to 1, whatever the input.
  assertClose([all.classScore], [1], { absolute: 1e-12 });
  assertClose(all.weights!, new Float64Array(6), { absolute: 1e-12 });
});

test('a target made of a function is explained as the class it computes, by gradients and by ablation', async () => {
  const model = pooledModel(2);
  const input = inputOf(2);
  const third = functionOf('probability of class 3', (output) => output.slice([0, 3], [-1, 1]));
  for (const method of ['grad-cam', 'score-cam', 'ablation-cam', 'occlusion'] as const) {
    const found = await first(model, input, { method, target: third });
    const expected = await first(model, input, { method, target: probabilityOf(3) });
    assert.is(found.classIndex, null);
    assertClose(found.mapSigned.data, expected.mapSigned.data, SUBTRACTED, method);
  }
});

test('an output that is no vector of classes needs a function', async () => {
  const model = sequenceModel([
    tf.layers.conv2d({
      filters: 3,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      inputShape: [6, 5, 1],
      name: 'features',
    }),
    tf.layers.conv2d({ filters: 2, kernelSize: 1, activation: 'sigmoid' }),
  ]);
  setRandomWeights(model, 2);
  const input = randomInput([6, 5, 1], 4);
  const layer = 'features';
  const foreground = functionOf('mean of the mask', (mask) => mask.mean([1, 2, 3]));
  const { logits, probabilities, map } = await first(model, input, {
    method: 'grad-cam',
    layer,
    target: foreground,
  });
  assert.is(logits, null);
  assert.is(probabilities, null);
  assert.equal(map.shape, [6, 5]);
  await assertRefused(() => first(model, input, { method: 'grad-cam', layer }), XaiError, /functionOf/);
});

test('the gradient of a probability keeps its digits where the probability is nearly 1', () => {
  const [gradient] = [classScoreGradient([40, 0, -5], Float64Array.of(1, 0, 0), 'probability', 'softmax')];
  const others = Math.exp(-40) + Math.exp(-45);
  assertClose([gradient[0]!], [others / (1 + others) ** 2], { ofLargest: 1e-14 });
});

test('a class that is all but ruled out still has a map', async () => {
  const model = pooledModel(2);
  const head = model.layers.at(-1)!;
  const [kernel, bias] = head.getWeights();
  head.setWeights([kernel!, tf.add(bias!, tf.tensor1d([-90, 0, 0, 0]))]);
  const ruledOut = await first(model, inputOf(2), { method: 'grad-cam', classIndex: 0 });
  assert.ok(ruledOut.classScore < 1e-30);
  assert.ok(ruledOut.mapSigned.data.some((value) => value !== 0));
  assert.ok(ruledOut.heatmap.data.some((value) => value === 1));
});

test('one sigmoid unit is two classes, whose gradients are opposite', async () => {
  const model = sequenceModel([
    tf.layers.conv1d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [9, 1] }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  setRandomWeights(model, 8);
  const { explanations } = await explain(model, randomInput([9, 1], 1), {
    method: 'grad-cam',
    classIndex: 'all',
    backend: 'cpu',
  });
  assert.is(explanations.length, 2);
  assertClose([explanations[0]!.classScore + explanations[1]!.classScore], [1], { absolute: 1e-6 });
  assertClose(
    explanations[0]!.weights!,
    explanations[1]!.weights!.map((w) => -w),
    SINGLE_PRECISION,
  );
});

test.run();
