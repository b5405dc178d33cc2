import * as tf from '@tensorflow/tfjs';
import { seededInitializers } from './seeds.ts';
import { checkNetworkOptions, type NetworkOptions } from './options.ts';

/** Sizes of the network that `convNet1d` makes. */
export interface ConvNet1dOptions extends NetworkOptions {
  /** Points of a signal; default 40. */
  readonly length?: number;
}

/**
 * The 1-D network of the report for MNIST-1D: three convolutions of 25 filters (widths 5, 3, 3; same padding, ReLU),
 * flatten, dense softmax; 13,960 parameters for 40 points and 10 classes. `[n, length, 1] -> [n, classes]`
 *
 * The caller disposes of the model.
 *
 * @throws ModelError `invalid-option`.
 */
export function convNet1d(options: ConvNet1dOptions = {}): tf.LayersModel {
  const { length = 40, classes = 10, l2 = 5e-4, seed = 1 } = options;
  checkNetworkOptions({ length, classes, l2, seed });
  const initializer = seededInitializers(seed);
  const convolution = (name: string, kernelSize: number, inputShape?: [number, number]): tf.layers.Layer =>
    tf.layers.conv1d({
      name,
      filters: 25,
      kernelSize,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: initializer(),
      kernelRegularizer: tf.regularizers.l2({ l2 }),
      ...(inputShape === undefined ? {} : { inputShape }),
    });
  return tf.sequential({
    name: 'convnet_1d',
    layers: [
      convolution('conv1d', 5, [length, 1]),
      convolution('conv1d_1', 3),
      convolution('conv1d_2', 3),
      tf.layers.flatten({ name: 'flatten' }),
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
