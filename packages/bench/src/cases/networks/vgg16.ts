import * as tf from '@tensorflow/tfjs';
import { chain, convolution2d, dense, modelOf } from './blocks.ts';

/** Filters of each block, and how many 3x3 convolutions it has before its pooling. */
const BLOCKS = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
] as const;

/**
 * VGG16 for 224 x 224 images and 1000 classes, with the layer names of Keras. All weights are zero.
 *
 * Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014, table 1, D.
 */
export function vgg16(): tf.LayersModel {
  const blocks = BLOCKS.flatMap(([filters, count], block) => [
    ...Array.from({ length: count }, (_, i) =>
      convolution2d(filters, 3, { name: `block${block + 1}_conv${i + 1}`, activation: 'relu' }),
    ),
    tf.layers.maxPooling2d({ poolSize: 2, name: `block${block + 1}_pool` }),
  ]);
  return modelOf(
    [224, 224, 3],
    chain(...blocks, tf.layers.flatten(), dense(4096, 'relu'), dense(4096, 'relu'), dense(1000, 'softmax')),
  );
}
