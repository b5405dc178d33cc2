import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convNet1d, smallMobileNet, smallResNet, useBackend, vgg7 } from '../src/index.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('networks');

test.before(async () => {
  await useBackend('cpu');
});

const builders = [
  { name: 'convNet1d', build: (seed: number) => convNet1d({ seed }), parameters: 13_960, classes: 10 },
  {
    name: 'vgg7',
    build: (seed: number) => vgg7({ inputShape: [9, 10, 3], seed }),
    parameters: 66_088,
    classes: 8,
  },
  {
    name: 'smallResNet',
    build: (seed: number) => smallResNet({ inputShape: [9, 10, 3], classes: 5, seed }),
    // 3x3 convolutions 432 + 2 x 2,304 + 4,608 + 9,216 + 18,432 + 36,864, projections 512 + 2,048, four numbers a
    // normalised channel (336 of them), dense 325.
    parameters: 78_389,
    classes: 5,
  },
  {
    name: 'smallMobileNet',
    build: (seed: number) => smallMobileNet({ inputShape: [9, 10, 3], classes: 4, seed }),
    // Convolution 432, depthwise 144 + 288 + 576, pointwise 512 + 2,048 + 4,096, 288 normalised channels, dense 260.
    parameters: 9_508,
    classes: 4,
  },
] as const;

for (const { name, build, parameters, classes } of builders) {
  test(`${name} has ${parameters} parameters and gives probabilities`, () => {
    const model = build(1);
    assert.is(model.countParams(), parameters);
    const [, ...shape] = model.inputs[0]?.shape ?? [];
    const sums = tf.tidy(() => {
      const outputs = model.predict(
        tf.randomUniform([2, ...shape.map((size) => size ?? 1)], 0, 1, 'float32', 1),
      ) as tf.Tensor;
      assert.equal(outputs.shape, [2, classes]);
      return [...tf.sum(outputs, 1).dataSync()];
    });
    for (const sum of sums) assert.ok(Math.abs(sum - 1) < 1e-5);
    model.dispose();
  });

  test(`${name} starts from weights that its seed alone determines, different in every layer`, () => {
    const [one, two, other] = [weightsOf(build(3)), weightsOf(build(3)), weightsOf(build(4))];
    assert.equal(one, two);
    assert.not.equal(one, other);
    const starts = one.filter(([first]) => first !== 0 && first !== 1).map(([first]) => first);
    assert.is(new Set(starts).size, starts.length);
  });
}

test('options out of range are refused by name', async () => {
  await assertRefused(
    () => convNet1d({ length: 0 }),
    'invalid-option',
    /length must be a positive integer; got 0/,
  );
  await assertRefused(() => vgg7({ inputShape: [8, 8, 0] }), 'invalid-option', /inputShape/);
  await assertRefused(() => smallResNet({ inputShape: [8, 8, 3], classes: 1 }), 'invalid-option', /classes/);
  await assertRefused(() => smallMobileNet({ inputShape: [8, 8, 3], seed: -1 }), 'invalid-option', /seed/);
});

function weightsOf(model: tf.LayersModel): number[][] {
  const weights = model.getWeights().map((weight) => [...weight.dataSync().slice(0, 5)]);
  model.dispose();
  return weights;
}

test.run();
