import * as tf from '@tensorflow/tfjs';
import { halved, type SeededRandom } from '@ablation-cam/tools/testing';
import { CLASSES } from './head.ts';

/**
 * Values that keep activations near 1. Those of the last layer are large in every third model, where one class is also
 * preferred: its prediction is then confident. Kernels of every third model are of numbers that 16 bits hold.
 */
export function setRandomWeights(model: tf.LayersModel, random: SeededRandom): void {
  const drawn = random.uniform();
  const isConfident = drawn < 0.35;
  const isHalved = Math.floor(drawn * 1000) % 3 === 0;
  const values = model.weights.map(({ shape: open, originalName }) => {
    const shape = open.map((size) => size ?? 1);
    const size = shape.reduce((product, length) => product * length, 1);
    if (originalName.endsWith('variance')) return tf.tensor(random.floats(size, 0.5, 1), shape);
    const isLast = originalName.includes(CLASSES);
    if (shape.length === 1) {
      const bias = random.floats(size, -0.5, 0.5);
      if (isLast && isConfident) bias[random.integer(0, size - 1)] = random.pick([-14, 14, 18]);
      return tf.tensor(bias, shape);
    }
    const fanIn = size / (shape.at(-1) ?? 1) / (originalName.includes('depthwise') ? (shape.at(-2) ?? 1) : 1);
    const limit = (isLast && isConfident ? 6 : 1.7) / Math.sqrt(fanIn);
    const kernel = random.floats(size, -limit, limit);
    return tf.tensor(isHalved ? halved(kernel) : kernel, shape);
  });
  model.setWeights(values);
  tf.dispose(values);
}
