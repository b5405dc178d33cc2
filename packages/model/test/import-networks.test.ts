import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { networkOf, smallMobileNet, smallResNet, vgg7 } from '../src/index.ts';
import { call, check, classify, convolution, rejects, SIZE } from './support/built-model.ts';
import { checkTail } from './support/check-tail.ts';
import { cutModel, defaultTarget } from './support/cut-model.ts';
import { randomizeWeights } from './support/random-weights.ts';

const test = suite('tails of networks');
test.before(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;

test('a residual network: around, inside and out of its blocks', async () => {
  const random = seededRandom(1);
  const model = smallResNet({ inputShape: [8, 8, 3], classes: 4 });
  randomizeWeights(model, random);
  for (const layer of ['stem_relu', 'block1_add', 'block2_1_bn', 'block3_0_conv', undefined]) {
    const { kinds } = await checkTail(model, random, { layer });
    assert.not(kinds.includes('opaque'));
  }
  assert.is(defaultTarget(model), 'block3_out');
  model.dispose();
});

test('a depthwise-separable network', async () => {
  const random = seededRandom(2);
  const model = smallMobileNet({ inputShape: [9, 9, 3], classes: 4 });
  randomizeWeights(model, random);
  for (const layer of ['stem_conv', 'block2_depthwise_depthwise', 'block2_pointwise_relu', undefined]) {
    const known = (await networkOf(model)).layers.some(({ name }) => name === layer);
    if (layer === undefined || known) await checkTail(model, random, { layer });
  }
  assert.is(defaultTarget(model), 'block3_pointwise_relu');
  model.dispose();
});

test('concatenated branches: those the target does not reach are constants', async () => {
  const { kinds, constants } = await check(
    (input) => {
      const stem = call(convolution('stem'), input);
      const left = call(convolution('left', 2), stem);
      const right = call(layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }), stem);
      const joined = call(layers.concatenate({}), left, right, stem);
      return classify(call(convolution('mix'), joined));
    },
    { layer: 'stem' },
    { layer: 'left' },
  );
  assert.is(constants.length, 2);
  assert.is(kinds.filter((kind) => kind === 'constant').length, 2);
});

test('concatenation along rows', async () => {
  await check(
    (input) => {
      const stem = call(convolution('stem'), input);
      return classify(call(layers.concatenate({ axis: 1 }), stem, call(convolution('next'), stem)));
    },
    { layer: 'stem' },
  );
});

test('squeeze and excitation, with factors of rank 1 and of rank 3', async () => {
  for (const rank3 of [false, true]) {
    await check(
      (input) => {
        const stem = call(convolution('stem', 6), input);
        const squeezed = call(
          layers.dense({ units: 2, activation: 'relu' }),
          call(layers.globalAveragePooling2d({}), stem),
        );
        const factors = call(layers.dense({ units: 6, activation: 'sigmoid' }), squeezed);
        const shaped = rank3 ? call(layers.reshape({ targetShape: [1, 1, 6] }), factors) : factors;
        return classify(call(layers.multiply({}), stem, shaped));
      },
      { layer: 'stem' },
    );
  }
});

test('merges of two and three tensors, of one with itself and with a smaller one', async () => {
  const merges = [layers.average, layers.maximum, layers.minimum, layers.add, layers.multiply];
  for (const merge of merges) {
    await check(
      (input) => {
        const stem = call(convolution('stem'), input);
        // Used nowhere else: `predict` releases a tensor too early that one layer takes twice and another later.
        const twice = call(merge(), stem, stem);
        const three = call(merge(), call(convolution('a'), twice), twice, call(convolution('b'), input));
        const one = call(layers.conv2d({ filters: 1, kernelSize: 1 }), three);
        return classify(call(merge(), one, three));
      },
      { layer: 'stem' },
      { layer: 'b' },
    );
  }
});

test('a model used as a layer, built for open sizes', async () => {
  const random = seededRandom(3);
  const open = tf.input({ shape: [null, null, 3] });
  const base = tf.model({
    name: 'base',
    inputs: open,
    outputs: call(convolution('inner2'), call(convolution('inner1'), open)),
  });
  const head = tf.sequential({
    name: 'head',
    layers: [
      layers.inputLayer({ inputShape: [8, 6, 4] }),
      layers.flatten(),
      layers.dense({ units: 5, activation: 'relu', name: 'hidden' }),
      layers.dense({ units: 3, activation: 'softmax', name: 'classes' }),
    ],
  });
  const input = tf.input({ shape: SIZE });
  const model = tf.model({ inputs: input, outputs: call(head, call(base, input)) });
  randomizeWeights(model, random);
  await checkTail(model, random, { layer: 'inner1' });
  const { tail } = await checkTail(model, random);
  assert.is(tail.nodes[tail.target]?.name, 'inner2');
  assert.equal(tail.nodes[tail.target]?.shape, [8, 6, 4]);
  model.dispose();
});

test('models inside a sequential model, as Teachable Machine exports them', async () => {
  const random = seededRandom(4);
  const input = tf.input({ shape: SIZE });
  const inner = tf.model({ inputs: input, outputs: call(convolution('features'), input) });
  const model = tf.sequential({
    layers: [
      tf.sequential({ layers: [inner, layers.globalAveragePooling2d({ name: 'pooled' })] }),
      tf.sequential({
        layers: [
          layers.dense({ inputShape: [4], units: 6, activation: 'relu' }),
          layers.dense({ units: 2, useBias: false, activation: 'softmax' }),
        ],
      }),
    ],
  });
  randomizeWeights(model, random);
  const { tail } = await checkTail(model, random);
  assert.is(tail.nodes[tail.target]?.name, 'features');
  model.dispose();
});

test('sizes that the model leaves open are given with its inputs', async () => {
  const random = seededRandom(5);
  const input = tf.input({ shape: [null, null, 2] });
  const model = tf.model({
    inputs: input,
    outputs: classify(call(convolution('b'), call(convolution('a'), input))),
  });
  randomizeWeights(model, random);
  await checkTail(model, random, { layer: 'a' }, [[5, 7, 2]]);

  await rejects((await networkOf(model)).at(), 'invalid-input', /sizes of "input" open/);
  await rejects((await networkOf(model)).at([[5, 7, 3]]), 'invalid-input', /\[5, 7, 3\]/);
  model.dispose();
});

test('a shared layer: each of its calls is a target of its own', async () => {
  const { tail, constants } = await check(
    (input) => {
      const shared = convolution('shared', 3);
      const first = call(shared, input);
      const second = call(shared, first);
      return classify(call(layers.add(), second, first));
    },
    { layer: 'shared', call: 0 },
    { layer: 'shared', call: 1 },
  );
  assert.is(constants.length, 1, 'the first call is constant where the second is the target');
  assert.is(tail.nodes.filter(({ operation }) => operation.kind === 'convolution').length, 0);
});

test('a shared model: calls are counted in the order in which they were made', async () => {
  const random = seededRandom(6);
  const inner = tf.input({ shape: SIZE });
  const tower = tf.model({ name: 'tower', inputs: inner, outputs: call(convolution('feature'), inner) });
  const [left, right] = [tf.input({ shape: SIZE }), tf.input({ shape: SIZE })];
  const [a, b] = [call(tower, left), call(tower, right)];
  const model = tf.model({ inputs: [left, right], outputs: classify(call(layers.concatenate({}), b, a)) });
  randomizeWeights(model, random);
  await checkTail(model, random, { layer: 'feature', call: 0 });
  await checkTail(model, random, { layer: 'feature', call: 1 });

  const { layer, network } = await cutModel(model, { layer: 'feature', call: 0 });
  const { inputs, nodes } = network.graph;
  // The convolution and its activation.
  assert.equal(nodes[nodes[layer.node]!.inputs[0]!]!.inputs, [inputs[0]]);
  model.dispose();
});

test('a layer without a rule becomes an opaque node, and the rest is translated', async () => {
  class Doubled extends layers.Layer {
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, 2);
    }
    override computeOutputShape(shape: tf.Shape): tf.Shape {
      return shape;
    }
    static readonly className = 'Doubled';
  }
  const input = tf.input({ shape: [6, 2] });
  const feature = call(layers.conv1d({ filters: 4, kernelSize: 3, name: 'feature' }), input);
  const opaque = [
    new Doubled(),
    layers.batchNormalization({ axis: 1 }),
    layers.lstm({ units: 3, returnSequences: true }),
    layers.masking({}),
  ];
  const reasons = [/no rule/, /backends .* disagree/, /no rule/, /no rule/];
  for (const [i, layer] of opaque.entries()) {
    const flat = call(layers.flatten(), call(layer, feature));
    const model = tf.model({ inputs: input, outputs: call(layers.dense({ units: 2 }), flat) });
    const {
      cut: { tail, nodes },
    } = await cutModel(model, { layer: 'feature' });
    assert.equal(
      tail.nodes.map(({ operation }) => operation.kind),
      ['target', 'opaque', 'reshape', 'dense'],
    );
    const operation = tail.nodes[1]?.operation;
    assert.is(operation?.kind === 'opaque' && operation.layerClass, layer.getClassName());
    assert.match(operation?.kind === 'opaque' ? (operation.reason ?? '') : '', reasons[i] ?? /$^/);
    assert.not(nodes.includes(null), 'the model can take over at every node');
  }
});

test('a subclass that computes something of its own is not taken for its parent', async () => {
  const Dense = layers.dense({ units: 1 }).constructor as new (config: object) => tf.layers.Layer;
  class Squared extends Dense {
    override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
      return tf.square(super.call(inputs, kwargs) as tf.Tensor);
    }
  }
  const input = tf.input({ shape: [6, 2] });
  const feature = call(layers.conv1d({ filters: 4, kernelSize: 3, name: 'feature' }), input);
  const outputs = call(new Squared({ units: 2 }), call(layers.flatten(), feature));
  const {
    cut: { tail },
  } = await cutModel(tf.model({ inputs: input, outputs }));
  assert.is(tail.nodes[tail.output]?.operation.kind, 'opaque');
});

test('shared weights are one array in the tail', async () => {
  const { tail } = await check(
    (input) => {
      const shared = convolution('shared', 3);
      return classify(call(shared, call(shared, call(convolution('stem', 3), input))));
    },
    { layer: 'stem' },
  );
  const kernels = tail.nodes.flatMap(({ operation }) =>
    operation.kind === 'convolution' ? [operation.kernel] : [],
  );
  assert.is(kernels.length, 2);
  assert.is(kernels[0], kernels[1]);
});

test('VGG7: the last convolution, through pooling', async () => {
  const random = seededRandom(13);
  const model = vgg7({ inputShape: [24, 24, 3] });
  randomizeWeights(model, random);
  await checkTail(model, random);
  model.dispose();
});

test.run();
