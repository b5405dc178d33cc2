import * as tf from '@tensorflow/tfjs';
import { chain, convolution2d, dense, modelOf, normalization, relu, residual, type Block } from './blocks.ts';

/** Of each stage: channels of the 3x3 convolutions, blocks, stride of the first. */
const STAGES = [
  { channels: 64, blocks: 3, stride: 1 },
  { channels: 128, blocks: 4, stride: 2 },
  { channels: 256, blocks: 6, stride: 2 },
  { channels: 512, blocks: 3, stride: 2 },
] as const;

/** A block's last 1x1 convolution has so many times the channels of its 3x3 convolution. */
const EXPANSION = 4;

const normalized = (filters: number, size: number, strides = 1): Block =>
  chain(convolution2d(filters, size, { strides }), normalization());

function bottleneck(channels: number, stride: number, isFirst: boolean): Block {
  const block = chain(
    normalized(channels, 1, stride),
    relu(),
    normalized(channels, 3),
    relu(),
    normalized(EXPANSION * channels, 1),
  );
  const sum = isFirst ? residual(block, normalized(EXPANSION * channels, 1, stride)) : residual(block);
  return chain(sum, relu());
}

/**
 * ResNet-50 for 224 x 224 images and 1000 classes, which halves the resolution in the first 1x1 convolution of a stage. All weights are zero.
 *
 * Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, table 1.
 */
export function resNet50(): tf.LayersModel {
  const stages = STAGES.flatMap(({ channels, blocks, stride }) =>
    Array.from({ length: blocks }, (_, i) => bottleneck(channels, i === 0 ? stride : 1, i === 0)),
  );
  return modelOf(
    [224, 224, 3],
    chain(
      normalized(64, 7, 2),
      relu(),
      tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      ...stages,
      tf.layers.globalAveragePooling2d({}),
      dense(1000, 'softmax'),
    ),
  );
}
