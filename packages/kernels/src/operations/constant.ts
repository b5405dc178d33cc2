import { always, NO_WEIGHTS, type Facts } from './facts.ts';

/** A tensor that does not depend on the target; its value comes with each run. */
export interface ConstantOperation {
  readonly kind: 'constant';
}

export const constantFacts: Facts<ConstantOperation> = {
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
