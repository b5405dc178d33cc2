import * as tf from '@tensorflow/tfjs';

/**
 * Initialisers for the layers of one network, drawn from one seed: each call gives the next layer its own stream.
 * Layers count from 1, because TF.js reads a seed of 0 as none.
 */
export function seededInitializers(seed: number): () => Initializer {
  let layer = 0;
  return () => {
    layer += 1;
    return tf.initializers.heUniform({ seed: seed * 32_768 + layer });
  };
}

export type Initializer = ReturnType<typeof tf.initializers.heUniform>;
