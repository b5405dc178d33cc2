import type { ActivationName } from '../operations/activation.ts';

/** The codes by which `activation-functions.wgsl` knows the functions; 0 is left for "affine". */
export const ACTIVATION_CODES: Readonly<Record<ActivationName, number>> = {
  relu: 1,
  relu6: 2,
  'leaky-relu': 3,
  elu: 4,
  selu: 5,
  sigmoid: 6,
  'hard-sigmoid': 7,
  tanh: 8,
  softplus: 9,
  softsign: 10,
  swish: 11,
  gelu: 12,
  'gelu-tanh': 13,
  mish: 14,
  'thresholded-relu': 15,
  exponential: 16,
  logarithm: 17,
  power: 18,
  reciprocal: 19,
  'error-function': 20,
  'hard-swish': 21,
  squareplus: 22,
};
