import { channelsOf, positionsOf } from '../tail/shape.ts';
import { always, APART, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { windowsOfChannels } from './support.ts';

/** What a pooling makes of a window: its largest element or their mean. */
export type PoolReduction = 'max' | 'average';

/** Pooling over the position axes; arrays hold one number for each of them (one or two). */
export interface PoolOperation {
  readonly kind: 'pool';
  readonly reduction: PoolReduction;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  /** Padding before the first position; padded cells never count, neither in a maximum nor in a mean. */
  readonly padBefore: readonly number[];
}

export const poolFacts: Facts<PoolOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: ({ reduction }) => reduction === 'average',
  isElementwise: false,
  channels: always(APART),
  support: (operation, [x = []], shape) => windowsOfChannels(operation, x, shape, 1),
  shape: (_, [x = []], stated) => [...positionsOf(stated), channelsOf(x)],
  fusible: (operation) => ({ place: 'pool', operation }),
  ownEpilogue: 'inside',
  axes: always(1),
};
