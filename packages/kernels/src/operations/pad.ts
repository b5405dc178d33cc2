import { channelsOf, positionsOf } from '../tail/shape.ts';
import { always, APART, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { shifted } from './support.ts';

/** Zeros around the position axes, one number for each of them; how many follow after the input, the node's shape says. */
export interface PadOperation {
  readonly kind: 'pad';
  readonly before: readonly number[];
}

export const padFacts: Facts<PadOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(true),
  isElementwise: false,
  channels: always(APART),
  support: ({ before }, [x = []], shape) => shifted(before, x, shape),
  shape: (_, [x = []], stated) => [...positionsOf(stated), channelsOf(x)],
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: (_, __, shape) => shape.length,
};
