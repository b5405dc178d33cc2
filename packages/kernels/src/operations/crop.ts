import { channelsOf, positionsOf } from '../tail/shape.ts';
import { always, APART, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { shifted } from './support.ts';

/** Drops positions at both ends; `before` holds how many at the start of each position axis. */
export interface CropOperation {
  readonly kind: 'crop';
  readonly before: readonly number[];
}

export const cropFacts: Facts<CropOperation> = {
  ...WITHOUT_WEIGHTS,
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
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: (_, __, shape) => shape.length,
};
