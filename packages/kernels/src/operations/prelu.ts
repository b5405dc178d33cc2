import type { Shape } from '../tail/shape.ts';
import { isSameShape } from '../tail/shape.ts';
import { always, APART, sameShape, type Facts } from './facts.ts';
import { samePlace } from './support.ts';

/** `y = x < 0 ? slope * x : x`; `slopeShape` has the rank of x and is 1 along the axes that share their slopes. */
export interface PReluOperation {
  readonly kind: 'prelu';
  readonly slope: Float32Array;
  readonly slopeShape: Shape;
}

export const preluFacts: Facts<PReluOperation> = {
  isLinear: always(false),
  isElementwise: true,
  channels: always(APART),
  support: samePlace,
  shape: sameShape,
  multiplyAdds: always(0),
  kernel: always(null),
  weights: ({ slope }) => ({ factors: [slope], summands: [] }),
  fusible: always(null),
  ownEpilogue: 'combined',
  axes: ({ slopeShape }, _, shape) => (isSameShape(slopeShape, shape) ? 1 : shape.length),
};
