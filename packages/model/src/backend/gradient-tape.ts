import * as tf from '@tensorflow/tfjs';

interface Engine {
  keep<T extends tf.Tensor>(tensor: T): T;
  readonly state: { readonly kernelDepth: number; activeTape: unknown };
}

/**
 * Returns what `differentiate` returns. Where it throws, frees the tensors that TensorFlow.js has kept for the way back: 4.22 does
 * so only at the end of a way that succeeds.
 */
export function freeingTape<T>(differentiate: () => T): T {
  const engine = tf.engine() as unknown as Engine;
  const keep = engine.keep.bind(engine);
  const kept: tf.Tensor[] = [];
  engine.keep = (tensor) => {
    // Outside of kernels, layers keep what they want to find again.
    if (engine.state.kernelDepth > 0) kept.push(tensor);
    return keep(tensor);
  };
  try {
    return differentiate();
  } catch (error) {
    tf.dispose(kept);
    engine.state.activeTape = null;
    throw error;
  } finally {
    // The method of the class is visible again.
    Reflect.deleteProperty(engine, 'keep');
  }
}
