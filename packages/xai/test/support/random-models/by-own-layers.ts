import * as tf from '@tensorflow/tfjs';
import { activationName } from './activations.ts';
import { call, chance, channelsOf, sizesOf, type Block } from './drawing.ts';

/**
 * Layers of TensorFlow.js without a rule, which run as they are: the oracle for them is the network itself on the CPU
 * backend.
 */
const IMAGE_BLOCKS: readonly Block[] = [
  (drawing, x) => {
    const { random } = drawing;
    const layer = tf.layers.conv2dTranspose({
      filters: random.integer(1, 4),
      kernelSize: [random.integer(1, 3), random.integer(1, 3)],
      strides: random.pick([1, 1, 2]),
      padding: random.pick(['same', 'valid'] as const),
      activation: activationName(drawing),
    });
    return call(layer, x);
  },
  // Channels as the third axis of positions.
  (drawing, x) => {
    const { random } = drawing;
    const volume = call(tf.layers.reshape({ targetShape: [...sizesOf(x), 1] }), x);
    const deep = call(
      tf.layers.conv3d({
        filters: 2,
        kernelSize: random.integer(1, 3),
        padding: 'same',
        strides: random.pick([1, 1, 2]),
        activation: activationName(drawing),
      }),
      volume,
    );
    const args = { poolSize: 2, strides: random.integer(1, 2), padding: 'same' } as const;
    const pooling = random.pick([tf.layers.maxPooling3d, tf.layers.averagePooling3d])(args);
    const pooled = chance(drawing, 0.6) ? call(pooling, deep) : deep;
    return ofDepth(chance(drawing, 0.4) ? call(transposed(random.integer(1, 2)), pooled) : pooled);
  },
  (drawing, x) => {
    const layer = tf.layers.conv1d({ filters: 3, kernelSize: 2, padding: 'same', activation: 'tanh' });
    return call(tf.layers.timeDistributed({ layer: chance(drawing, 0.5) ? layer : denseLayer() }), x);
  },
];

/** TensorFlow.js 4.22 has no causal convolution, though its layer takes the word. */
const SIGNAL_BLOCKS: readonly Block[] = [
  (drawing, x) => call(recurrent(drawing.random.pick(RECURRENT), drawing.random.integer(1, 4)), x),
  (drawing, x) => {
    const layer = recurrent(drawing.random.pick(RECURRENT), drawing.random.integer(1, 3));
    return call(
      tf.layers.bidirectional({ layer, mergeMode: drawing.random.pick(['concat', 'sum', 'ave']) }),
      x,
    );
  },
  (_, x) => call(tf.layers.timeDistributed({ layer: denseLayer() }), x),
];

/** Statistics along an axis of positions. */
const otherAxis: Block = ({ random }, x) =>
  call(tf.layers.batchNormalization({ axis: random.integer(1, sizesOf(x).length - 1) }), x);

export const byOwnLayers: Block = (drawing, x) => {
  const blocks = drawing.isImage ? IMAGE_BLOCKS : SIGNAL_BLOCKS;
  return drawing.random.pick([...blocks, otherAxis])(drawing, x);
};

const RECURRENT = [tf.layers.lstm, tf.layers.gru, tf.layers.simpleRNN] as const;

function recurrent(kind: (typeof RECURRENT)[number], units: number): tf.RNN {
  return kind({ units, returnSequences: true });
}

function denseLayer(): tf.layers.Layer {
  return tf.layers.dense({ units: 3, activation: 'relu' });
}

function transposed(strides: number): tf.layers.Layer {
  return tf.layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides, padding: 'same' });
}

/** A volume as an image whose channels are those of all its slices. */
function ofDepth(x: tf.SymbolicTensor): tf.SymbolicTensor {
  const [rows = 1, columns = 1] = sizesOf(x);
  const channels = (sizesOf(x).at(-2) ?? 1) * channelsOf(x);
  return call(tf.layers.reshape({ targetShape: [rows, columns, channels] }), x);
}
