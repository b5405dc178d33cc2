import type { Executor } from '../ablation/contract.ts';

/**
 * Returns the executor that evaluates plans in plain TypeScript and float64: slow, readable, needs nothing. What evaluates them is
 * fetched when the first one is prepared.
 */
export function referenceExecutor(): Executor {
  return {
    name: 'reference',
    adapter: null,
    prepare: async (plan) => {
      const { ReferenceAblation } = await import('./reference-ablation.ts');
      return new ReferenceAblation(plan);
    },
  };
}
