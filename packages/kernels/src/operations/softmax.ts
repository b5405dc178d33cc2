/** Softmax over the last axis, somewhere before the logits; `log` asks for its logarithm. */
export interface SoftmaxOperation {
  readonly kind: 'softmax';
  readonly log: boolean;
}
