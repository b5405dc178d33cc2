import * as tf from '@tensorflow/tfjs';
import type { LayerNormalizationOperation, Shape, SoftmaxOperation } from '@ablation-cam/kernels';

export function softmax({ log }: SoftmaxOperation, x: tf.Tensor): tf.Tensor {
  return log ? tf.logSoftmax(x) : tf.softmax(x);
}

/** @param gamma and beta of the shape that `broadcastShape` gives, or null */
export function normalizeLayer(
  { axes, epsilon }: LayerNormalizationOperation,
  x: tf.Tensor,
  gamma: tf.Tensor | null,
  beta: tf.Tensor | null,
): tf.Tensor {
  const over = axes.map((axis) => axis + 1);
  const centered = x.sub(tf.mean(x, over, true));
  const variance = tf.mean(centered.mul(centered), over, true);
  const normalized = centered.div(tf.sqrt(variance.add(epsilon)));
  const scaled = gamma ? normalized.mul(gamma) : normalized;
  return beta ? scaled.add(beta) : scaled;
}

/** The shape in which an array over `axes` can be broadcast against `[batch, ...shape]`. */
export function broadcastShape(axes: readonly number[], shape: Shape): number[] {
  return [1, ...shape.map((length, axis) => (axes.includes(axis) ? length : 1))];
}
