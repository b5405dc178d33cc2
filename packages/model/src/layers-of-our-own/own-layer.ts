import * as tf from '@tensorflow/tfjs';

export type LayerConfig = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;
export type Variable = ReturnType<tf.layers.Layer['addWeight']>;

/**
 * A layer that computes what Keras computes where TensorFlow.js has no layer of that name, or one that computes something else.
 * It is registered under a name of its own, and is shown and saved under that of Keras.
 */
export abstract class OwnLayer extends tf.layers.Layer {
  /** The class as Keras calls it. */
  abstract readonly kerasClass: string;

  override getClassName(): string {
    return this.kerasClass;
  }

  /** `follows` tells a saved layer from TensorFlow.js's own of the same name. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), follows: 'keras' };
  }
}

/** The only input of a layer that takes one. */
export function onlyInput(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const [x] = Array.isArray(inputs) ? inputs : [inputs];
  if (!x) throw new RangeError('The layer was given no input.');
  return x;
}

/** The shape of the only input. */
export function onlyShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
  const [first] = shape;
  return Array.isArray(first) ? first : (shape as tf.Shape);
}
