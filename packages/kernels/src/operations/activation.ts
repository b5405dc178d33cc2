import { always, APART, sameShape, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { samePlace } from './support.ts';

/**
 * The activation functions of a tail, as the planner, the kernels and the reference know them; `activationValue` computes
 * each.
 */
export type ActivationName =
  | 'relu'
  | 'relu6'
  | 'leaky-relu'
  | 'elu'
  | 'selu'
  | 'sigmoid'
  | 'hard-sigmoid'
  | 'tanh'
  | 'softplus'
  | 'softsign'
  | 'swish'
  | 'gelu'
  | 'gelu-tanh'
  | 'mish'
  | 'thresholded-relu'
  | 'exponential'
  | 'logarithm'
  | 'power'
  | 'reciprocal'
  | 'error-function'
  | 'hard-swish'
  | 'squareplus';

/** A function of each element by itself. */
export interface ActivationOperation {
  readonly kind: 'activation';
  readonly function: ActivationName;
  /**
   * Slope of `leaky-relu`, scale of `elu`, threshold of `thresholded-relu`, exponent of `power` (of numbers that are not negative);
   * unused elsewhere.
   */
  readonly alpha?: number;
}

export const activationFacts: Facts<ActivationOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(false),
  isElementwise: true,
  channels: always(APART),
  support: samePlace,
  shape: sameShape,
  fusible: (operation) => ({ place: 'activation', operation }),
  ownEpilogue: null,
  axes: always(1),
};
