import * as tf from '@tensorflow/tfjs';
import { layerClass, layerField, weightField } from './layer-fields.ts';

/**
 * Runs `apply`; a batch normalization without factors of its own (`scale: false`) has factors of 1 meanwhile.
 *
 * TensorFlow.js (4.22) saves the factors for the gradient without asking whether there are any, and fails: neither
 * Inception nor any other network with such layers could be differentiated. A product with 1 changes no value.
 */
export function withFactorsOfOne<T>(layer: tf.layers.Layer, apply: () => T): T {
  const variance = weightField(layer, 'movingVariance');
  const isUnscaled = layerClass(layer) === 'BatchNormalization' && layerField(layer, 'scale') === false;
  if (!isUnscaled || variance === null) return apply();
  const fields = layer as unknown as { gamma: unknown; scale: boolean };
  const { gamma } = fields;
  fields.gamma = { read: () => tf.onesLike(variance) };
  fields.scale = true;
  try {
    return apply();
  } finally {
    fields.gamma = gamma;
    fields.scale = false;
  }
}
