import type { Executor } from '../ablation/contract.ts';
import type { ProgramEngine } from './program-engine.ts';

/**
 * Returns the executor that runs plans on a library of ordinary operations. Plans for a single dispatch are planned again in
 * steps. Logit deltas are float32, everything made of them float64. What lowers plans is fetched when the first one is prepared.
 */
export function programExecutor(engine: ProgramEngine): Executor {
  return {
    name: engine.name,
    adapter: null,
    prepare: async (plan) => {
      const { ProgramAblation } = await import('./program-ablation.ts');
      return ProgramAblation.prepare(engine, plan);
    },
  };
}
