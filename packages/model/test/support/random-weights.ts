import * as tf from '@tensorflow/tfjs';
import type { SeededRandom } from '@ablation-cam/tools/testing';

/**
 * Gives every weight of a model seeded values, small enough that a deep network neither dies nor saturates; variances
 * are positive. Biases, shifts and statistics are random as well, so that none of them can be left out unnoticed.
 */
export function randomizeWeights(model: tf.LayersModel, random: SeededRandom): void {
  for (const weight of model.weights) {
    const shape = weight.shape.map((size) => size ?? 1);
    const size = shape.reduce((product, length) => product * length, 1);
    const fanIn = shape.length > 1 ? size / (shape.at(-1) ?? 1) : 1;
    const values = weight.originalName.includes('variance')
      ? random.floats(size, 0.5, 1.5)
      : random.floats(size, -1, 1).map((value) => value * Math.min(1, 1.7 / Math.sqrt(fanIn)));
    tf.tidy(() => {
      weight.write(tf.tensor(values, shape));
    });
  }
}
