import * as tf from '@tensorflow/tfjs';
import { checkNetworkOptions, type ImageNetworkOptions } from './options.ts';
import { seededInitializers } from './seeds.ts';

/**
 * A depthwise-separable network: a strided 3x3 convolution to 16 channels, then three blocks (3x3 depthwise, 1x1
 * convolution; each with batch normalisation and ReLU6) to 32, 64 and 64 channels, the second at half the resolution,
 * global average pooling, dense softmax. `[n, height, width, channels] -> [n, classes]`, any size.
 *
 * The caller disposes of the model.
 *
 * @throws ModelError `invalid-option`.
 *
 * Source: Howard et al., "MobileNets", 2017 (Fig. 3 right), with ReLU6 as in the published weights.
 */
export function smallMobileNet(options: ImageNetworkOptions): tf.LayersModel {
  const { inputShape, classes = 8, l2 = 5e-4, seed = 1 } = options;
  checkNetworkOptions({ inputShape, classes, l2, seed });
  const initializer = seededInitializers(seed);
  const regularizer = tf.regularizers.l2({ l2 });

  const normalized = (name: string): tf.layers.Layer[] => [
    tf.layers.batchNormalization({ name: `${name}_bn`, momentum: 0.9 }),
    tf.layers.reLU({ name: `${name}_relu`, maxValue: 6 }),
  ];
  const convolution = (
    name: string,
    filters: number,
    kernelSize: number,
    strides: number,
  ): tf.layers.Layer[] => [
    tf.layers.conv2d({
      name: `${name}_conv`,
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      kernelInitializer: initializer(),
      kernelRegularizer: regularizer,
    }),
    ...normalized(name),
  ];
  const separable = (name: string, filters: number, strides: number): tf.layers.Layer[] => [
    tf.layers.depthwiseConv2d({
      name: `${name}_depthwise`,
      kernelSize: 3,
      strides,
      padding: 'same',
      useBias: false,
      depthwiseInitializer: initializer(),
    }),
    ...normalized(`${name}_depthwise`),
    ...convolution(`${name}_pointwise`, filters, 1, 1),
  ];

  const input = tf.input({ shape: [...inputShape], name: 'input' });
  const layers = [
    ...convolution('stem', 16, 3, 2),
    ...separable('block1', 32, 1),
    ...separable('block2', 64, 2),
    ...separable('block3', 64, 1),
    tf.layers.globalAveragePooling2d({ name: 'global_average_pooling2d' }),
    tf.layers.dense({
      name: 'dense',
      units: classes,
      activation: 'softmax',
      kernelInitializer: initializer(),
    }),
  ];
  const output = layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
  return tf.model({ name: 'small_mobilenet', inputs: input, outputs: output });
}
