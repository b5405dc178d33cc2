import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@ablation-cam/tools/testing';
import type { InputArray } from '../../src/index.ts';

/** A sequential model; its weights are random until `setRandomWeights`. */
export function sequenceModel(layers: tf.layers.Layer[]): tf.Sequential {
  return tf.sequential({ layers });
}

/** Gives every weight seeded values; variances stay positive. */
export function setRandomWeights(model: tf.LayersModel, seed: number): void {
  const random = seededRandom(seed);
  const values = model.weights.map((weight) => {
    const shape = weight.shape.map((size) => size ?? 1);
    const size = shape.reduce((product, length) => product * length, 1);
    const low = weight.originalName.endsWith('variance') ? 0.5 : -1;
    return tf.tensor(random.floats(size, low, 1), shape);
  });
  model.setWeights(values);
  tf.dispose(values);
}

/** Seeded values in [-1, 1), for instance `[...shape]` of one input or `[batch, ...shape]`. */
export function randomInput(shape: readonly number[], seed: number): InputArray {
  const size = shape.reduce((product, length) => product * length, 1);
  return { data: seededRandom(seed).floats(size), shape };
}
