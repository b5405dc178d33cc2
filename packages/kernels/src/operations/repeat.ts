import { channelsOf, positionsOf, sizeOf } from '../tail/shape.ts';
import { always, APART, NO_WEIGHTS, type Facts } from './facts.ts';
import { movedFrom } from './support.ts';

/** `[channels]` repeated at every position: `[positions, channels]`. */
export interface RepeatOperation {
  readonly kind: 'repeat';
}

export const repeatFacts: Facts<RepeatOperation> = {
  isLinear: always(true),
  isElementwise: false,
  channels: always(APART),
  support: (_, [x = []], shape) => movedFrom(sizeOf(shape), (element) => element % sizeOf(x)),
  shape: (_, [x = []], stated) => [...positionsOf(stated), channelsOf(x)],
  multiplyAdds: always(0),
  kernel: always(null),
  weights: always(NO_WEIGHTS),
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: (_, __, shape) => shape.length,
};
