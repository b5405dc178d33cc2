import * as tf from '@tensorflow/tfjs';
import {
  chain,
  convolution2d,
  dense,
  depthwise,
  modelOf,
  normalization,
  relu,
  residual,
  type Block,
} from './blocks.ts';

/** Of each group of blocks: expansion t, channels c, number n, stride s of the first. */
const GROUPS = [
  { t: 1, c: 16, n: 1, s: 1 },
  { t: 6, c: 24, n: 2, s: 2 },
  { t: 6, c: 32, n: 3, s: 2 },
  { t: 6, c: 64, n: 4, s: 2 },
  { t: 6, c: 96, n: 3, s: 1 },
  { t: 6, c: 160, n: 3, s: 2 },
  { t: 6, c: 320, n: 1, s: 1 },
] as const;

/** Channels of the first convolution. */
const STEM = 32;

const pointwise = (filters: number): Block =>
  chain(convolution2d(filters, 1, { useBias: false }), normalization());

function bottleneck(channels: number, expansion: number, filters: number, stride: number): Block {
  const block = chain(
    ...(expansion === 1 ? [] : [pointwise(channels * expansion), relu(6)]),
    depthwise(stride),
    normalization(),
    relu(6),
    pointwise(filters),
  );
  return stride === 1 && channels === filters ? residual(block) : block;
}

/**
 * MobileNetV2 for 224 x 224 images with the head of a classifier of five kinds of pictures as it is deployed in browsers:
 * global average pooling and dense layers of 256, 128 and 5. All weights are zero.
 *
 * Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018, table 2.
 */
export function mobileNetV2(): tf.LayersModel {
  let channels = STEM;
  const blocks = GROUPS.flatMap(({ t, c, n, s }) =>
    Array.from({ length: n }, (_, i) => {
      const block = bottleneck(channels, t, c, i === 0 ? s : 1);
      channels = c;
      return block;
    }),
  );
  return modelOf(
    [224, 224, 3],
    chain(
      convolution2d(STEM, 3, { strides: 2, useBias: false }),
      normalization(),
      relu(6),
      ...blocks,
      pointwise(1280),
      relu(6),
      tf.layers.globalAveragePooling2d({}),
      dense(256, 'relu'),
      dense(128, 'relu'),
      dense(5, 'softmax'),
    ),
  );
}
