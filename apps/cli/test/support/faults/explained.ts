import type { SetOptions } from '../../../src/explain-set/options.ts';

/** What computes in all runs: the smallest program. */
export const ENGINE = { backend: 'cpu', executor: 'reference' } as const;

/** How it is explained. */
export const EXPLAINED: Omit<SetOptions, 'weights'> & typeof ENGINE = {
  ...ENGINE,
  method: [],
  layer: [],
  class: 'predicted',
  ablation: 'zero',
  score: 'probability',
  weighting: 'relative-drop',
  norm: 2,
  strategy: 'planned',
};
