import type { PoolReduction } from '../operations/pool.ts';

/** The codes by which shaders know how a pooling reduces its windows. */
export const REDUCTION_CODES: Readonly<Record<PoolReduction | 'none', number>> = {
  none: 0,
  max: 1,
  average: 2,
};
