import type { ActivationOperation } from '../operations/activation.ts';

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** Returns f(x) in float64, with the definitions of TensorFlow.js and, where it has none, of Keras. */
export function activate({ function: name, alpha = 0 }: ActivationOperation, x: number): number {
  switch (name) {
    case 'relu':
      return Math.max(0, x);
    case 'relu6':
      return Math.min(6, Math.max(0, x));
    case 'leaky-relu':
      return x >= 0 ? x : alpha * x;
    case 'elu':
      return x >= 0 ? x : alpha * Math.expm1(x);
    case 'selu':
      return SELU_SCALE * (x >= 0 ? x : SELU_ALPHA * Math.expm1(x));
    case 'sigmoid':
      return sigmoid(x);
    case 'hard-sigmoid':
      return Math.min(1, Math.max(0, 0.2 * x + 0.5));
    case 'tanh':
      return Math.tanh(x);
    case 'softplus':
      return softplus(x);
    case 'softsign':
      return x / (1 + Math.abs(x));
    case 'swish':
      return x * sigmoid(x);
    case 'gelu':
      return 0.5 * x * (1 + erf(x * Math.SQRT1_2));
    case 'gelu-tanh':
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case 'mish':
      return x * Math.tanh(softplus(x));
    case 'thresholded-relu':
      return x > alpha ? x : 0;
    case 'exponential':
      return Math.exp(x);
    case 'logarithm':
      return Math.log(x);
    case 'power':
      return x ** alpha;
    case 'reciprocal':
      return 1 / x;
    case 'error-function':
      return erf(x);
    case 'hard-swish':
      return x * Math.min(1, Math.max(0, x / 6 + 0.5));
    case 'squareplus':
      return squareplus(x);
  }
}

/** 1 / (1 + exp(-x)), without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** (x + sqrt(x^2 + 4)) / 2, without cancellation where x is negative. */
function squareplus(x: number): number {
  const root = Math.sqrt(x * x + 4);
  return x >= 0 ? (x + root) / 2 : 2 / (root - x);
}

/**
 * The error function to about 1e-16: its Maclaurin series near zero, the continued fraction of erfc (Lentz) beyond.
 * Source: Abramowitz and Stegun, 7.1.6 and 7.1.14.
 */
function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (magnitude + fraction);
  return (
    Math.sign(x) * (1 - Math.exp(-magnitude * magnitude) / (Math.sqrt(Math.PI) * (magnitude + fraction)))
  );
}
