import * as tf from '@tensorflow/tfjs';
import { registerActivations } from './activations.ts';
import { DilatedDepthwise } from './dilated-depthwise.ts';
import { GlobalPooling } from './global-pooling.ts';
import { GroupNormalization, type GroupNormalizationConfig } from './group-normalization.ts';
import { InferenceIdentity } from './inference-identity.ts';
import { KerasConvolution } from './keras-convolution.ts';
import { Normalization } from './normalization.ts';
import { Relu } from './relu.ts';
import { Rescaling } from './rescaling.ts';
import { Resizing } from './resizing.ts';
import { UpSampling2d } from './up-sampling-2d.ts';

const layers = [
  GroupNormalization,
  DilatedDepthwise,
  KerasConvolution,
  GlobalPooling,
  InferenceIdentity,
  Normalization,
  Relu,
  Rescaling,
  Resizing,
  UpSampling2d,
];

/**
 * Makes the layers and activations of this package known to TensorFlow.js, so that it builds networks with them from files. A
 * class that the caller registered under the same name stays.
 */
export function registerOwnLayers(): void {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  for (const layer of layers) {
    if (!(layer.className in classNameMap)) tf.serialization.registerClass<tf.layers.Layer>(layer);
  }
  registerActivations();
}

/** Returns a group normalisation, as the functions of `tf.layers` return theirs. */
export function groupNormalization(config: GroupNormalizationConfig = {}): GroupNormalization {
  registerOwnLayers();
  return new GroupNormalization(config);
}
