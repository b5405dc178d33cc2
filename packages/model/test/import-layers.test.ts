import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { groupNormalization, registerOwnLayers } from '../src/index.ts';
import { Relu } from '../src/layers-of-our-own/relu.ts';
import { checkTail } from './support/check-tail.ts';
import { cutModel } from './support/cut-model.ts';
import { randomizeWeights } from './support/random-weights.ts';

const test = suite('tails of single layers');
test.before(async () => {
  registerOwnLayers();
  await tf.setBackend('cpu');
});

const { layers } = tf;

/** A 2-D network that ends in `middle`, flatten and three classes; its target is the convolution in front. */
function model2d(...middle: tf.layers.Layer[]): tf.LayersModel {
  return tf.sequential({
    layers: [
      layers.conv2d({ inputShape: [7, 6, 2], filters: 4, kernelSize: 3, padding: 'same', name: 'target' }),
      ...middle,
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

/** The same in 1-D. */
function model1d(...middle: tf.layers.Layer[]): tf.LayersModel {
  return tf.sequential({
    layers: [
      layers.conv1d({ inputShape: [9, 2], filters: 5, kernelSize: 3, padding: 'same', name: 'target' }),
      ...middle,
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

type Middle = () => tf.layers.Layer[];

/** Options of Keras that a configuration may hold although the types of TensorFlow.js have no place for them. */
function ignored(options: object): object {
  return options;
}

const CASES_2D: Record<string, Middle> = {
  'convolution, same padding, stride 2': () => [
    layers.conv2d({ filters: 5, kernelSize: [3, 2], strides: 2, padding: 'same', activation: 'relu' }),
  ],
  'convolution, valid padding, unequal strides': () => [
    layers.conv2d({ filters: 3, kernelSize: [2, 3], strides: [2, 1], activation: 'tanh' }),
  ],
  'dilated convolution without bias': () => [
    layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: 'same', useBias: false }),
  ],
  'convolution with a softmax of its own': () => [
    layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softmax' }),
  ],
  'convolution, whose groups TensorFlow.js ignores': () => [
    layers.conv2d({ filters: 4, kernelSize: 3, ...ignored({ groups: 2 }) }),
  ],
  'ReLU, whose slope and threshold TensorFlow.js ignores': () => [
    layers.reLU(ignored({ negativeSlope: 0.5, threshold: 0.3 })),
  ],
  'depthwise convolution with a multiplier': () => [
    layers.depthwiseConv2d({
      kernelSize: 3,
      depthMultiplier: 3,
      strides: 2,
      padding: 'same',
      activation: 'elu',
    }),
  ],
  'depthwise convolution, whose dilation TensorFlow.js ignores': () => [
    layers.depthwiseConv2d({ kernelSize: 2, dilationRate: 2, useBias: false }),
  ],
  'separable convolution': () => [
    layers.separableConv2d({
      filters: 5,
      kernelSize: 3,
      depthMultiplier: 2,
      padding: 'same',
      activation: 'selu',
    }),
  ],
  'dilated separable convolution': () => [
    layers.separableConv2d({ filters: 3, kernelSize: 2, dilationRate: [2, 2] }),
  ],
  'convolution after channels were moved first': () => [
    layers.permute({ dims: [3, 1, 2] }),
    layers.conv2d({ filters: 3, kernelSize: 3, dataFormat: 'channelsFirst', activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2, dataFormat: 'channelsFirst', padding: 'same' }),
    layers.zeroPadding2d({
      padding: [
        [1, 0],
        [2, 1],
      ],
      dataFormat: 'channelsFirst',
    }),
    layers.upSampling2d({ size: [2, 1], dataFormat: 'channelsFirst' }),
    layers.depthwiseConv2d({ kernelSize: 2, dataFormat: 'channelsFirst' }),
    layers.flatten({ dataFormat: 'channelsFirst' }),
    layers.reshape({ targetShape: [28, 3] }),
  ],
  'global pooling of channels first': () => [
    layers.permute({ dims: [3, 1, 2] }),
    layers.globalAveragePooling2d({ dataFormat: 'channelsFirst' }),
    layers.reshape({ targetShape: [2, 2] }),
  ],
  'max pooling, same padding': () => [
    layers.maxPooling2d({ poolSize: [3, 2], strides: [2, 3], padding: 'same' }),
  ],
  'average pooling, whose padding does not count': () => [
    layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  ],
  'global max pooling': () => [layers.globalMaxPooling2d({}), layers.repeatVector({ n: 2 })],
  'batch normalisation': () => [layers.batchNormalization({ epsilon: 0.01 })],
  'batch normalisation without scale and centre': () => [
    layers.batchNormalization({ scale: false, center: false }),
  ],
  'layer normalisation over channels': () => [layers.layerNormalization({ epsilon: 0.01 })],
  'layer normalisation over rows and channels': () => [layers.layerNormalization({ axis: [1, 3] })],
  'layer normalisation over positions': () => [layers.layerNormalization({ axis: [2, 1], center: false })],
  'group normalization': () => [groupNormalization({ groups: 2, epsilon: 0.01 })],
  'group normalization of everything together': () => [groupNormalization({ groups: 1, center: false })],
  'instance normalization': () => [groupNormalization({ groups: -1, scale: false })],
  'group normalization with channels first': () => [groupNormalization({ groups: 7, axis: 1 })],
  'PReLU with a slope at every place': () => [layers.prelu({ alphaInitializer: 'zeros' })],
  'PReLU with shared slopes': () => [layers.prelu({ alphaInitializer: 'zeros', sharedAxes: [1, 2] })],
  'zero padding and cropping': () => [
    layers.zeroPadding2d({
      padding: [
        [2, 1],
        [0, 3],
      ],
    }),
    layers.conv2d({ filters: 2, kernelSize: 3 }),
    layers.cropping2D({
      cropping: [
        [1, 0],
        [2, 1],
      ],
    }),
  ],
  'nearest up-sampling': () => [layers.upSampling2d({ size: [2, 3] })],
  'bilinear up-sampling': () => [layers.upSampling2d({ size: [3, 2], interpolation: 'bilinear' })],
  'permutation of channels and rows': () => [
    layers.permute({ dims: [3, 2, 1] }),
    layers.conv2d({ filters: 3, kernelSize: 2 }),
  ],
  'reshape with an open size': () => [
    layers.reshape({ targetShape: [-1, 8] }),
    layers.conv1d({ filters: 3, kernelSize: 4, strides: 2, padding: 'same' }),
    layers.globalMaxPooling1d({}),
    layers.repeatVector({ n: 1 }),
  ],
  'dense of rank 4': () => [layers.dense({ units: 3, activation: 'sigmoid' })],
  'dropout and noise': () => [
    layers.dropout({ rate: 0.5 }),
    layers.gaussianNoise({ stddev: 1 }),
    layers.gaussianDropout({ rate: 0.5 }),
    layers.alphaDropout({ rate: 0.5 }),
  ],
  'ReLU with a maximum of 6': () => [layers.reLU({ maxValue: 6 })],
  'ReLU with another maximum': () => [layers.reLU({ maxValue: 0.4 })],
  'ReLU of Keras with a slope and a maximum': () => [
    new Relu({ name: 'relu', negativeSlope: 0.2, maxValue: 0.4 }),
  ],
  'ReLU of Keras with a threshold and a maximum': () => [
    new Relu({ name: 'relu', threshold: 0.1, maxValue: 0.5 }),
  ],
  'leaky, exponential and thresholded ReLU': () => [
    layers.leakyReLU({ alpha: 0.2 }),
    layers.elu({}),
    layers.thresholdedReLU({ theta: 0.1 }),
  ],
};

const CASES_1D: Record<string, Middle> = {
  'convolution 1-D with stride and dilation': () => [
    layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
    layers.conv1d({ filters: 3, kernelSize: 2, dilationRate: 2 }),
  ],
  'pooling 1-D': () => [
    layers.maxPooling1d({ poolSize: 2, strides: 1, padding: 'same' }),
    layers.averagePooling1d({ poolSize: 3, strides: 2, padding: 'same' }),
  ],
  'global pooling 1-D': () => [layers.globalAveragePooling1d({}), layers.repeatVector({ n: 3 })],
  'dropout of channels': () => [layers.spatialDropout1d({ rate: 0.3 })],
  'group normalization 1-D': () => [groupNormalization({ groups: 5 })],
  'dense 1-D and layer normalisation': () => [
    layers.dense({ units: 6 }),
    layers.layerNormalization({}),
    layers.activation({ activation: 'relu6' }),
  ],
};

const ACTIVATIONS = [
  ...(['elu', 'hardSigmoid', 'linear', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'softplus'] as const),
  ...(['softsign', 'tanh', 'swish', 'mish', 'gelu', 'gelu_new'] as const),
  // Of this package, for Keras.
  ...(['kerasHardSigmoid', 'kerasHardSilu', 'kerasHardTanh', 'kerasLeakyRelu'] as const),
  ...(['kerasExponential', 'kerasLogSigmoid', 'kerasSquareplus'] as const),
];

for (const [build, cases] of [
  [model2d, CASES_2D],
  [model1d, CASES_1D],
] as const) {
  for (const [name, middle] of Object.entries(cases)) {
    test(name, async () => {
      const random = seededRandom(7);
      const model = build(...middle());
      randomizeWeights(model, random);
      const { kinds } = await checkTail(model, random, { layer: 'target' });
      assert.not(kinds.includes('opaque'), 'every layer has a rule');
      model.dispose();
    });
  }
}

for (const activation of ACTIVATIONS) {
  test(`activation ${activation}, as a layer and inside one`, async () => {
    const random = seededRandom(8);
    // The type of TensorFlow.js leaves out names that it accepts.
    const named = { activation: activation as 'relu' };
    const model = model1d(layers.activation(named), layers.conv1d({ filters: 3, kernelSize: 2, ...named }));
    randomizeWeights(model, random);
    const { kinds } = await checkTail(model, random, { layer: 'target' });
    assert.not(kinds.includes('opaque'), 'every layer has a rule');
    model.dispose();
  });
}

test('a group normalization along a middle axis, or of somebody else, is left to the layer', async () => {
  class GroupNormalization extends tf.layers.Layer {
    static readonly className = 'GroupNormalization';
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.tidy(() => tf.square(Array.isArray(inputs) ? (inputs[0] ?? 0) : inputs));
    }
  }
  for (const layer of [groupNormalization({ groups: 2, axis: 2 }), new GroupNormalization()]) {
    const model = model2d(layer);
    const { cut } = await cutModel(model, { layer: 'target' });
    assert.ok(cut.tail.nodes.some(({ operation }) => operation.kind === 'opaque'));
    model.dispose();
  }
});

test('normalisation, rescaling and saturation far from zero', async () => {
  const random = seededRandom(9);
  const rescaling = tf.sequential({
    layers: [layers.inputLayer({ inputShape: [4] }), layers.rescaling({ scale: 3, offset: -1 })],
  });
  const model = model2d(layers.globalAveragePooling2d({}), rescaling, layers.repeatVector({ n: 1 }));
  randomizeWeights(model, random);
  const { kinds } = await checkTail(model, random, { layer: 'target' });
  assert.ok(kinds.includes('affine'));
  model.dispose();
});

test.run();
