import * as tf from '@tensorflow/tfjs';
import type { UnaryFunction } from '@ablation-cam/kernels/lowering';

/** f(x), element by element. */
export const UNARY: Readonly<Record<UnaryFunction, (x: tf.Tensor, alpha: number) => tf.Tensor>> = {
  relu: (x) => tf.relu(x),
  'leaky-relu': (x, alpha) => tf.leakyRelu(x, alpha),
  elu: (x, alpha) => tf.relu(x).add(tf.expm1(tf.relu(x.neg()).neg()).mul(alpha)),
  'thresholded-relu': (x, alpha) => x.mul(tf.greater(x, tf.fill(x.shape, alpha)).toFloat()),
  clip: (x, alpha) => (alpha === 6 ? tf.relu6(x) : tf.clipByValue(x, 0, alpha)),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  // log(1 + e^x), without overflow.
  softplus: (x) => tf.relu(x).add(tf.log1p(tf.exp(tf.abs(x).neg()))),
  erf: (x) => tf.erf(x),
  exponential: (x) => tf.exp(x),
  absolute: (x) => tf.abs(x),
  negate: (x) => tf.neg(x),
  'square-root': (x) => tf.sqrt(x),
  logarithm: (x) => tf.log(x),
  power: (x, alpha) => tf.pow(x, alpha),
};
