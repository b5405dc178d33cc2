import * as tf from '@tensorflow/tfjs';
import { checkNetworkOptions, type ImageNetworkOptions } from './options.ts';
import { seededInitializers } from './seeds.ts';

/** Sizes of the network that `vgg7` makes. */
export interface Vgg7Options extends ImageNetworkOptions {
  /**
   * Starts with a layer that takes images from [0, 1] to [-1, 1]; default false, as in the report. Faint patterns on grey
   * are learned several times faster so: the grey no longer drowns them.
   */
  readonly rescale?: boolean;
}

/**
 * The VGG7 of the report: twice (two 3x3 convolutions, ReLU; 2x2 max pooling) with 32, then 64 filters, global average
 * pooling, dense softmax. `[n, height, width, channels] -> [n, classes]`, at least 4 pixels a side.
 *
 * The caller disposes of the model.
 *
 * @throws ModelError `invalid-option`.
 */
export function vgg7(options: Vgg7Options): tf.LayersModel {
  const { inputShape, classes = 8, l2 = 5e-4, seed = 1, rescale = false } = options;
  checkNetworkOptions({ inputShape, classes, l2, seed });
  const initializer = seededInitializers(seed);
  const convolution = (name: string, filters: number, first = false): tf.layers.Layer =>
    tf.layers.conv2d({
      name,
      filters,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: initializer(),
      kernelRegularizer: tf.regularizers.l2({ l2 }),
      ...(first && !rescale ? { inputShape: [...inputShape] } : {}),
    });
  return tf.sequential({
    name: 'vgg7',
    layers: [
      ...(rescale
        ? [tf.layers.rescaling({ name: 'rescaling', scale: 2, offset: -1, inputShape: [...inputShape] })]
        : []),
      convolution('conv2d', 32, true),
      convolution('conv2d_1', 32),
      tf.layers.maxPooling2d({ name: 'max_pooling2d', poolSize: 2 }),
      convolution('conv2d_2', 64),
      convolution('conv2d_3', 64),
      tf.layers.maxPooling2d({ name: 'max_pooling2d_1', poolSize: 2 }),
      tf.layers.globalAveragePooling2d({ name: 'global_average_pooling2d' }),
      tf.layers.dense({
        name: 'dense',
        units: classes,
        activation: 'softmax',
        kernelInitializer: initializer(),
        kernelRegularizer: tf.regularizers.l2({ l2 }),
      }),
    ],
  });
}
