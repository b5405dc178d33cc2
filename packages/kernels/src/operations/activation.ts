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
  | 'thresholded-relu';

export interface ActivationOperation {
  readonly kind: 'activation';
  readonly function: ActivationName;
  /** Slope of `leaky-relu`, scale of `elu`, threshold of `thresholded-relu`; unused elsewhere. */
  readonly alpha?: number;
}
