import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@ablation-cam/tools/testing';
import { groupNormalization, modelFiles, type NamedFile } from '../../../src/index.ts';

/** A model as this package writes it, with its checksums. */
export interface WrittenModel {
  readonly name: string;
  readonly files: readonly NamedFile[];
}

/** Two models with layers of most kinds: of an image and of a signal. */
export async function writtenModels(): Promise<WrittenModel[]> {
  return [await written('written, image', imageModel()), await written('written, signal', signalModel())];
}

async function written(name: string, model: tf.LayersModel): Promise<WrittenModel> {
  const random = seededRandom(1);
  const values = model.weights.map(({ shape }) => {
    const sizes = shape.map((size) => size ?? 1);
    // Variances are among them.
    return tf.tensor(random.floats(tf.util.sizeFromShape(sizes), 0.1, 0.5), sizes);
  });
  try {
    model.setWeights(values);
    const [weights, topology] = await modelFiles(model, { classNames: ['one', 'two', 'three'] });
    return { name, files: [topology, weights] };
  } finally {
    tf.dispose(values);
    model.dispose();
  }
}

function imageModel(): tf.LayersModel {
  const input = tf.input({ shape: [8, 8, 3], name: 'image' });
  let x = apply(
    tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', name: 'conv' }),
    input,
  );
  x = apply(tf.layers.batchNormalization({ name: 'norm' }), x);
  const branch = apply(
    tf.layers.separableConv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'separable' }),
    x,
  );
  const gate = apply(
    tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: 'sigmoid', name: 'gate' }),
    x,
  );
  x = tf.layers
    .add({ name: 'sum' })
    .apply([apply(tf.layers.reLU({ maxValue: 6, name: 'clipped' }), branch), gate]) as tf.SymbolicTensor;
  x = apply(tf.layers.zeroPadding2d({ padding: 1, name: 'padded' }), x);
  x = apply(tf.layers.maxPooling2d({ poolSize: 2, name: 'pooled' }), x);
  x = apply(groupNormalization({ groups: 2, name: 'groups' }), x);
  x = apply(tf.layers.upSampling2d({ size: [2, 2], name: 'larger' }), x);
  x = apply(tf.layers.conv2dTranspose({ filters: 3, kernelSize: 2, name: 'transposed' }), x);
  x = apply(nested(x), x);
  x = apply(tf.layers.globalAveragePooling2d({ name: 'mean' }), x);
  const scores = apply(tf.layers.dense({ units: 3, activation: 'softmax', name: 'classes' }), x);
  return tf.model({ inputs: input, outputs: scores, name: 'image_model' });
}

function nested({ shape }: tf.SymbolicTensor): tf.LayersModel {
  const input = tf.input({ shape: shape.slice(1), name: 'inner_input' });
  const x = apply(tf.layers.layerNormalization({ name: 'inner_norm' }), input);
  const outputs = apply(tf.layers.prelu({ sharedAxes: [1, 2], name: 'inner_prelu' }), x);
  return tf.model({ inputs: input, outputs, name: 'inner' });
}

function signalModel(): tf.LayersModel {
  const input = tf.input({ shape: [12, 2], name: 'signal' });
  let x = apply(
    tf.layers.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2, activation: 'elu', name: 'conv' }),
    input,
  );
  x = apply(
    tf.layers.bidirectional({
      layer: tf.layers.lstm({ units: 2, returnSequences: true }),
      mergeMode: 'concat',
      name: 'both_ways',
    }),
    x,
  );
  x = apply(tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 3 }), name: 'each_time' }), x);
  x = apply(tf.layers.gru({ units: 3, returnSequences: true, name: 'gru' }), x);
  x = apply(tf.layers.permute({ dims: [2, 1], name: 'turned' }), x);
  x = apply(tf.layers.reshape({ targetShape: [8, 3], name: 'reshaped' }), x);
  x = apply(tf.layers.averagePooling1d({ poolSize: 2, name: 'pooled' }), x);
  x = apply(tf.layers.dropout({ rate: 0.5, name: 'dropped' }), x);
  x = apply(tf.layers.flatten({ name: 'flat' }), x);
  const scores = apply(tf.layers.dense({ units: 3, activation: 'sigmoid', name: 'classes' }), x);
  return tf.model({ inputs: input, outputs: scores, name: 'signal_model' });
}

function apply(layer: tf.layers.Layer, x: tf.SymbolicTensor): tf.SymbolicTensor {
  return layer.apply(x) as tf.SymbolicTensor;
}
