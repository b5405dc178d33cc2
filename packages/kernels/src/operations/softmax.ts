import { always, sameShape, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { groupsAlong } from './support.ts';

/** Softmax over the last axis, somewhere before the logits; `log` asks for its logarithm. */
export interface SoftmaxOperation {
  readonly kind: 'softmax';
  readonly log: boolean;
}

export const softmaxFacts: Facts<SoftmaxOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(false),
  isElementwise: false,
  channels: always(null),
  support: (_, __, shape) => groupsAlong([shape.length - 1], shape),
  shape: sameShape,
  fusible: always(null),
  ownEpilogue: 'behind',
  axes: (_, __, shape) => shape.length - 1,
};
