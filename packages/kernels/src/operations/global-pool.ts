import type { PoolReduction } from './pool.ts';
import { channelsOf, positionsOf, sizeOf } from '../tail/shape.ts';
import { always, APART, WITHOUT_WEIGHTS, type Facts } from './facts.ts';

/** Reduces every position axis: `[...positions, channels]` to `[channels]` (or `[1, 1, channels]` with keepDims). */
export interface GlobalPoolOperation {
  readonly kind: 'global-pool';
  readonly reduction: PoolReduction;
}

export const globalPoolFacts: Facts<GlobalPoolOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: ({ reduction }) => reduction === 'average',
  isElementwise: false,
  channels: always(APART),
  support: (_, [x = []]) => {
    const [positions, channels] = [sizeOf(positionsOf(x)), channelsOf(x)];
    return {
      sets: channels,
      setOf: (element) => element,
      visit: (set, read) => {
        for (let p = 0; p < positions; p++) read(p * channels + set, 0);
      },
    };
  },
  shape: (_, [x = []], stated) => [...positionsOf(stated).map(() => 1), channelsOf(x)],
  fusible: (operation) => ({ place: 'global-pool', operation }),
  ownEpilogue: 'inside',
  axes: always(1),
};
