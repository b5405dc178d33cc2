import { always, NO_WEIGHTS, type Facts } from './facts.ts';

/** Anything the planner has no rule for: `layerClass` is named in the error. */
export interface OpaqueOperation {
  readonly kind: 'opaque';
  readonly layerClass: string;
  readonly reason?: string;
}

export const opaqueFacts: Facts<OpaqueOperation> = {
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
