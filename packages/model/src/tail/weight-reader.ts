import type * as tf from '@tensorflow/tfjs';

/** Returns a weight's values, or null for no weight. */
export type WeightReader = (weight: tf.Tensor | null) => Promise<Float32Array | null>;

/** Returns a reader that fetches each weight once, also one that several calls of a layer share. */
export function weightReader(): WeightReader {
  const read = new Map<tf.Tensor, Promise<Float32Array>>();
  return async (weight) => {
    if (!weight) return null;
    const known =
      read.get(weight) ??
      weight.data().then((values) => (values instanceof Float32Array ? values : Float32Array.from(values)));
    read.set(weight, known);
    return known;
  };
}
