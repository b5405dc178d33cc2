import { channelsOf, positionsOf } from '../tail/shape.ts';
import { always, APART, NO_WEIGHTS, type Facts } from './facts.ts';
import { shifted } from './support.ts';

/** Drops positions at both ends; `before` holds how many at the start of each position axis. */
export interface CropOperation {
  readonly kind: 'crop';
  readonly before: readonly number[];
}

export const cropFacts: Facts<CropOperation> = {
  isLinear: always(true),
  isElementwise: false,
  channels: always(APART),
  support: ({ before }, [x = []], shape) =>
    shifted(
      before.map((count) => -count),
      x,
      shape,
    ),
  shape: (_, [x = []], stated) => [...positionsOf(stated), channelsOf(x)],
  multiplyAdds: always(0),
  kernel: always(null),
  weights: always(NO_WEIGHTS),
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: (_, __, shape) => shape.length,
};
