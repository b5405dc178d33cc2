import * as tf from '@tensorflow/tfjs';
import type { MergeFunction, Shape } from '@ablation-cam/kernels';

/** `x < 0 ? slope * x : x`. */
export function prelu(x: tf.Tensor, slope: tf.Tensor): tf.Tensor {
  return tf.relu(x).sub(tf.relu(x.neg()).mul(slope));
}

/** `[batch, ...own]` with axes of length 1 in front, so that it can be broadcast against `[batch, ...shape]`. */
export function alignedTo(x: tf.Tensor, own: Shape, shape: Shape): tf.Tensor {
  const missing = shape.slice(own.length).map(() => 1);
  return x.reshape([-1, ...missing, ...own]);
}

/** Element-wise over tensors aligned with `alignedTo`. */
export function merge(name: MergeFunction, tensors: readonly tf.Tensor[]): tf.Tensor {
  const combined = tensors.reduce((a, b) => combine(name, a, b));
  return name === 'average' ? combined.div(tensors.length) : combined;
}

function combine(name: MergeFunction, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  switch (name) {
    case 'add':
    case 'average':
      return a.add(b);
    case 'subtract':
      return a.sub(b);
    case 'multiply':
      return a.mul(b);
    case 'maximum':
      return tf.maximum(a, b);
    case 'minimum':
      return tf.minimum(a, b);
  }
}
