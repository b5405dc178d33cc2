import * as tf from '@tensorflow/tfjs';
import { groupNormalization as groupNormalizationLayer } from '@ablation-cam/model';
import { call, channelsOf, sizesOf, type Block, type Drawing } from './drawing.ts';

/** The most usual ones more often. */
const NAMES = [
  ...(['relu', 'relu', 'relu', 'linear', 'linear', 'swish', 'tanh', 'elu', 'sigmoid'] as const),
  ...(['relu6', 'selu', 'hardSigmoid', 'softplus', 'softsign', 'gelu', 'gelu_new', 'mish'] as const),
];

/** The name of an activation function that works on each element by itself. */
export function activationName({ random }: Drawing): (typeof NAMES)[number] {
  return random.pick(NAMES);
}

const LAYERS: readonly Block[] = [
  (drawing, x) => call(tf.layers.activation({ activation: activationName(drawing) }), x),
  (_, x) => call(tf.layers.activation({ activation: 'softmax' }), x),
  (_, x) => call(tf.layers.softmax({ axis: -1 }), x),
  ({ random }, x) => call(tf.layers.reLU(random.pick([{}, { maxValue: 1 }, { maxValue: 6 }])), x),
  ({ random }, x) => call(tf.layers.leakyReLU({ alpha: random.uniform(0, 0.4) }), x),
  (_, x) => call(tf.layers.elu({}), x),
  // Any other threshold makes a jump, on whose two sides float32 and float64 may find themselves.
  (_, x) => call(tf.layers.thresholdedReLU({ theta: 0 }), x),
  ({ random }, x) => {
    const axes = sizesOf(x).map((_, axis) => axis + 1);
    const sharedAxes = random.pick([[], axes.slice(0, -1), axes.slice(0, 1)]);
    return call(tf.layers.prelu(sharedAxes.length === 0 ? {} : { sharedAxes }), x);
  },
];

export const activation: Block = (drawing, x) => drawing.random.pick(LAYERS)(drawing, x);

/** Layers that do nothing at inference. */
export const noise: Block = ({ random, isImage }, x) => {
  const layers: tf.layers.Layer[] = [
    tf.layers.dropout({ rate: 0.3 }),
    tf.layers.gaussianNoise({ stddev: 0.5 }),
    tf.layers.gaussianDropout({ rate: 0.3 }),
    tf.layers.alphaDropout({ rate: 0.3 }),
  ];
  if (!isImage) layers.push(tf.layers.spatialDropout1d({ rate: 0.3 }));
  return call(random.pick(layers), x);
};

export const batchNormalization: Block = (drawing, x) => {
  const [center, scale] = [drawing.random.uniform() < 0.8, drawing.random.uniform() < 0.8];
  return call(tf.layers.batchNormalization({ center, scale }), x);
};

/** Over the channels, or over a random set of axes. A small variance would enlarge what float32 leaves of a difference. */
export const layerNormalization: Block = ({ random }, x) => {
  const axes = sizesOf(x).map((_, axis) => axis + 1);
  const some = axes.filter(() => random.uniform() < 0.5);
  const axis = random.uniform() < 0.5 || some.length === 0 ? -1 : some;
  const [center, scale] = [random.uniform() < 0.8, random.uniform() < 0.8];
  return call(tf.layers.layerNormalization({ axis, epsilon: 0.1, center, scale }), x);
};

/** Groups of any size, down to single channels. */
export const groupNormalization: Block = ({ random }, x) => {
  const channels = channelsOf(x);
  const divisors = Array.from({ length: channels }, (_, i) => i + 1).filter(
    (count) => channels % count === 0,
  );
  const groups = random.pick([...divisors, -1]);
  const [center, scale] = [random.uniform() < 0.8, random.uniform() < 0.8];
  return call(groupNormalizationLayer({ groups, epsilon: 0.1, center, scale }), x);
};

export const rescaling: Block = ({ random }, x) =>
  call(tf.layers.rescaling({ scale: random.uniform(-2, 2), offset: random.uniform(-1, 1) }), x);
