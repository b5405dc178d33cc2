import { always, APART, sameShape, type Facts } from './facts.ts';
import { samePlace } from './support.ts';

/** `y = scale * x + shift`, one scale and shift for each channel (the last axis): batch normalisation, rescaling. */
export interface AffineOperation {
  readonly kind: 'affine';
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export const affineFacts: Facts<AffineOperation> = {
  isLinear: always(true),
  isElementwise: true,
  channels: always(APART),
  support: samePlace,
  shape: sameShape,
  multiplyAdds: always(0),
  kernel: always(null),
  weights: ({ scale, shift }) => ({ factors: [scale], summands: [shift] }),
  fusible: ({ scale }) => ({ place: 'scale', scale }),
  ownEpilogue: null,
  axes: always(1),
};
