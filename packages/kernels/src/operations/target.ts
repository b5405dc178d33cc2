import { always, NO_WEIGHTS, type Facts } from './facts.ts';

/** The tensor whose channels are ablated. */
export interface TargetOperation {
  readonly kind: 'target';
}

export const targetFacts: Facts<TargetOperation> = {
  isLinear: always(false),
  isElementwise: false,
  channels: always(null),
  support: always(null),
  shape: (_, __, stated) => stated,
  multiplyAdds: always(0),
  kernel: always(null),
  weights: always(NO_WEIGHTS),
  fusible: always(null),
  ownEpilogue: null,
  axes: always(1),
};
