import * as tf from '@tensorflow/tfjs';
import { sequenceModel } from './models.ts';

/** Its last convolution is the target. */
export const signalModel = (): tf.LayersModel =>
  sequenceModel([
    tf.layers.conv1d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [20, 1] }),
    tf.layers.conv1d({ filters: 9, kernelSize: 3, padding: 'same', activation: 'tanh', name: 'last' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 4, activation: 'softmax' }),
  ]);

/** Its target is followed by a pooling and a normalization. */
export const imageModel = (
  units = 5,
  activation: 'softmax' | 'sigmoid' | 'linear' = 'softmax',
): tf.LayersModel =>
  sequenceModel([
    tf.layers.conv2d({
      filters: 7,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      inputShape: [11, 10, 3],
      name: 'features',
    }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.batchNormalization(),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dropout({ rate: 0.5 }),
    tf.layers.dense({ units, activation }),
  ]);
