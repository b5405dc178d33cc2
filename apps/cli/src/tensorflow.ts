import type * as TensorFlow from '@tensorflow/tfjs';

/**
 * TensorFlow.js without its messages: in production mode it prints no advice to install another backend. Commands call this before
 * anything that uses it.
 */
export async function loadTensorFlow(): Promise<typeof TensorFlow> {
  const tf = await import('@tensorflow/tfjs');
  tf.enableProdMode();
  return tf;
}
