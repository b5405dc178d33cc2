import type { PoolReduction } from './pool.ts';

/** Reduces every position axis: `[...positions, channels]` to `[channels]` (or `[1, 1, channels]` with keepDims). */
export interface GlobalPoolOperation {
  readonly kind: 'global-pool';
  readonly reduction: PoolReduction;
}
