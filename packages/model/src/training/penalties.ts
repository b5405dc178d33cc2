import * as tf from '@tensorflow/tfjs';

/**
 * The sum of the regularisers' penalties on the weights of all layers, once each; a scalar, 0 where there are none.
 * `calculateLosses` of a whole model would leave them out: a sequential model keeps no nodes of its own.
 */
export function weightPenalty(model: tf.LayersModel): tf.Scalar {
  return tf.tidy(() => {
    const penalties = leafLayers(model).flatMap((layer) => layer.calculateLosses());
    return tf.addN<tf.Scalar>([tf.scalar(0), ...penalties]);
  });
}

function leafLayers(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.flatMap((layer) => (layer instanceof tf.LayersModel ? leafLayers(layer) : [layer]));
}
