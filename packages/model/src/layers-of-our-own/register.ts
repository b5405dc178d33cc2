import * as tf from '@tensorflow/tfjs';
import { GroupNormalization, type GroupNormalizationConfig } from './group-normalization.ts';

/**
 * Makes the layers of this package known to TensorFlow.js, so that it builds networks with them from files. A class that the
 * caller registered under the same name stays.
 */
export function registerOwnLayers(): void {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  if (!(GroupNormalization.className in classNameMap)) tf.serialization.registerClass(GroupNormalization);
}

/** Returns a group normalisation, as the functions of `tf.layers` return theirs. */
export function groupNormalization(config: GroupNormalizationConfig = {}): GroupNormalization {
  registerOwnLayers();
  return new GroupNormalization(config);
}
