import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { call, check, classify, convolution, rejects, SIZE, type Symbolic } from './support/built-model.ts';
import { checkTail } from './support/check-tail.ts';
import { randomizeWeights } from './support/random-weights.ts';

const test = suite('inputs and outputs of networks');
test.before(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;

test('several outputs: the caller names one', async () => {
  const body = (input: Symbolic): Symbolic[] => {
    const stem = call(convolution('stem'), input);
    const first = call(
      layers.dense({ units: 3, activation: 'softmax', name: 'first' }),
      call(layers.flatten(), stem),
    );
    return [first, call(layers.dense({ units: 2, activation: 'sigmoid', name: 'second' }), first)];
  };
  await check(body, { output: 'first' });
  const { kinds, tail } = await check(body, { output: 'second' });
  assert.equal(kinds, ['target', 'reshape', 'dense', 'softmax', 'dense']);
  assert.is(tail.scoreFunction, 'sigmoid');
  await rejects(check(body, {}), 'invalid-option', /"first", "second"/);
});

test('several inputs: what comes from the others is constant', async () => {
  const random = seededRandom(12);
  const [image, facts] = [tf.input({ shape: SIZE }), tf.input({ shape: [2] })];
  const seen = call(layers.flatten(), call(convolution('seen'), image));
  const known = call(layers.dense({ units: 3, activation: 'tanh' }), facts);
  const outputs = call(
    layers.dense({ units: 3, activation: 'softmax' }),
    call(layers.concatenate({}), known, seen),
  );
  const model = tf.model({ inputs: [image, facts], outputs });
  randomizeWeights(model, random);
  const { constants } = await checkTail(model, random, { layer: 'seen' });
  assert.is(constants.length, 1);
  model.dispose();
});

test('one sigmoid unit becomes two logits, whatever it comes from', async () => {
  const heads: Record<string, (x: Symbolic) => Symbolic> = {
    dense: (x) => classify(x, 'sigmoid', 1),
    'dense without bias': (x) =>
      call(
        layers.dense({ units: 1, useBias: false, activation: 'sigmoid' }),
        call(layers.globalMaxPooling2d({}), x),
      ),
    'activation behind a batch normalisation': (x) =>
      call(
        layers.activation({ activation: 'sigmoid' }),
        call(layers.batchNormalization({}), classify(x, 'linear', 1)),
      ),
    convolution: (x) =>
      call(
        layers.activation({ activation: 'sigmoid' }),
        call(layers.globalAveragePooling2d({}), call(layers.conv2d({ filters: 1, kernelSize: 1 }), x)),
      ),
  };
  for (const head of Object.values(heads)) {
    const { tail } = await check((input) => head(call(convolution('stem'), input)), { layer: 'stem' });
    assert.is(tail.scoreFunction, 'sigmoid');
    assert.equal(tail.nodes[tail.output]?.shape, [2]);
  }
});

test('logits are found behind every kind of head, and no softmax is applied twice', async () => {
  const stem = (input: Symbolic): Symbolic => call(convolution('stem'), input);
  const heads: [string, (x: Symbolic) => Symbolic][] = [
    ['softmax', (x) => classify(x)],
    ['linear', (x) => classify(x, 'linear')],
    ['sigmoid', (x) => classify(x, 'sigmoid')],
    ['softmax', (x) => call(layers.softmax(), classify(x, 'linear'))],
    ['softmax', (x) => call(layers.activation({ activation: 'softmax' }), classify(x, 'linear'))],
    ['softmax', (x) => call(layers.dropout({ rate: 0.2 }), classify(x))],
    ['linear', (x) => call(layers.activation({ activation: 'hardSigmoid' }), classify(x, 'linear'))],
    [
      // The head of MobileNet: 1x1 convolutions at one position.
      'softmax',
      (x) => {
        const pooled = call(layers.globalAveragePooling2d({}), x);
        const place = call(layers.reshape({ targetShape: [1, 1, 4] }), pooled);
        const classes = call(layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softmax' }), place);
        return call(layers.reshape({ targetShape: [3] }), classes);
      },
    ],
    // The mean of softmaxes is no softmax.
    [
      'linear',
      (x) =>
        call(
          layers.globalAveragePooling2d({}),
          call(layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softmax' }), x),
        ),
    ],
  ];
  for (const [scoreFunction, head] of heads) {
    const { tail } = await check((input) => head(stem(input)), { layer: 'stem' });
    assert.is(tail.scoreFunction, scoreFunction);
    assert.is(tail.nodes[tail.output]?.shape.length, 1);
  }
});

test('an output that is no vector of classes is refused', async () => {
  await rejects(
    check((input) => call(convolution('map', 2), call(convolution('stem'), input)), { layer: 'stem' }),
    'unsupported-tail',
    /one score a class/,
  );
});

test.run();
