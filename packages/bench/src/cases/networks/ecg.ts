import * as tf from '@tensorflow/tfjs';
import { chain, convolution1d, dense, modelOf, normalization, relu } from './blocks.ts';

/** Samples and leads: ten seconds of a twelve-lead electrocardiogram at 100 Hz. */
export const ECG_SHAPE = [1000, 12] as const;

const FILTERS = [32, 64, 64, 128, 128] as const;

/**
 * A classifier of electrocardiograms into five classes: five blocks (convolution of 5 samples, batch normalisation, ReLU,
 * pooling of 2), global average pooling, dense. All weights are zero.
 */
export function ecgNetwork(): tf.LayersModel {
  const blocks = FILTERS.flatMap((filters) => [
    convolution1d(filters, 5),
    normalization(),
    relu(),
    tf.layers.maxPooling1d({ poolSize: 2 }),
  ]);
  return modelOf(ECG_SHAPE, chain(...blocks, tf.layers.globalAveragePooling1d({}), dense(5, 'softmax')));
}
