import { channelsOf, positionsOf } from '../tail/shape.ts';
import { always, APART, WITHOUT_WEIGHTS, type Facts } from './facts.ts';

/**
 * Resamples two position axes to the size of the node's shape, as TensorFlow.js does: without half-pixel centres and
 * without aligned corners. Along an axis from `i` to `o` cells, output cell n reads the input at `s = n * i / o`:
 *
 * - `nearest`: cell `floor(s)`;
 * - `bilinear`: cells `floor(s)` and `min(ceil(s), i - 1)`, the second with weight `s - floor(s)`.
 */
export interface ResizeOperation {
  readonly kind: 'resize';
  readonly interpolation: 'nearest' | 'bilinear';
}

export const resizeFacts: Facts<ResizeOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(true),
  isElementwise: false,
  channels: always(APART),
  support: always(null),
  shape: (_, [x = []], stated) => [...positionsOf(stated), channelsOf(x)],
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: always(1),
};
