import * as tf from '@tensorflow/tfjs';
import type { ActivationOperation } from '@ablation-cam/kernels';

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** Returns f(x). */
export function activate({ function: name, alpha = 0 }: ActivationOperation, x: tf.Tensor): tf.Tensor {
  switch (name) {
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'leaky-relu':
      return tf.leakyRelu(x, alpha);
    case 'elu':
      return exponentialUnit(x, alpha);
    case 'selu':
      return exponentialUnit(x, SELU_ALPHA).mul(SELU_SCALE);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'hard-sigmoid':
      return tf.clipByValue(x.mul(0.2).add(0.5), 0, 1);
    case 'tanh':
      return tf.tanh(x);
    case 'softplus':
      return softplus(x);
    case 'softsign':
      return x.div(tf.abs(x).add(1));
    case 'swish':
      return x.mul(tf.sigmoid(x));
    case 'gelu':
      return x.mul(0.5).mul(tf.erf(x.mul(Math.SQRT1_2)).add(1));
    case 'gelu-tanh': {
      const cubic = x.mul(x).mul(x).mul(0.044715);
      return x.mul(0.5).mul(tf.tanh(x.add(cubic).mul(Math.sqrt(2 / Math.PI))).add(1));
    }
    case 'mish':
      return x.mul(tf.tanh(softplus(x)));
    case 'thresholded-relu':
      return x.mul(tf.greater(x, tf.fill(x.shape, alpha)).toFloat());
  }
}

/** x where it is positive, alpha (e^x - 1) elsewhere. */
function exponentialUnit(x: tf.Tensor, alpha: number): tf.Tensor {
  return tf.relu(x).add(tf.expm1(tf.relu(x.neg()).neg()).mul(alpha));
}

/** log(1 + e^x), without overflow. */
function softplus(x: tf.Tensor): tf.Tensor {
  return tf.relu(x).add(tf.log1p(tf.exp(tf.abs(x).neg())));
}

/** Whether f never falls, so that the largest of f(x) is f of the largest x. */
export function isMonotone({ function: name, alpha = 0 }: ActivationOperation): boolean {
  switch (name) {
    case 'relu':
    case 'relu6':
    case 'selu':
    case 'sigmoid':
    case 'hard-sigmoid':
    case 'tanh':
    case 'softplus':
    case 'softsign':
      return true;
    case 'leaky-relu':
    case 'elu':
    case 'thresholded-relu':
      return alpha >= 0;
    case 'swish':
    case 'gelu':
    case 'gelu-tanh':
    case 'mish':
      return false;
  }
}
