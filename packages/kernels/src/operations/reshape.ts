import { sizeOf } from '../tail/shape.ts';
import { always, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { samePlace } from './support.ts';

/** The same flat data in another shape. */
export interface ReshapeOperation {
  readonly kind: 'reshape';
}

export const reshapeFacts: Facts<ReshapeOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(true),
  isElementwise: true,
  channels: always(null),
  support: samePlace,
  shape: (_, [x = []], stated) => (sizeOf(stated) === sizeOf(x) ? stated : [sizeOf(x)]),
  fusible: always(null),
  ownEpilogue: null,
  axes: always(1),
};
