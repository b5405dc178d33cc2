import { channelsOf, positionsOf, sizeOf } from '../tail/shape.ts';
import { always, APART, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { movedFrom } from './support.ts';

/** `[channels]` repeated at every position: `[positions, channels]`. */
export interface RepeatOperation {
  readonly kind: 'repeat';
}

export const repeatFacts: Facts<RepeatOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(true),
  isElementwise: false,
  channels: always(APART),
  support: (_, [x = []], shape) => movedFrom(sizeOf(shape), (element) => element % sizeOf(x)),
  shape: (_, [x = []], stated) => [...positionsOf(stated), channelsOf(x)],
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: (_, __, shape) => shape.length,
};
