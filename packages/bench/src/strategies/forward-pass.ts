import type { BenchStrategy } from './strategy.ts';
import { predict } from '../open-case/live-network.ts';
import { readAll } from './strategy.ts';
import { hasNetwork, backendRefusal, backendTitles, labels, onEachBackend, networkPass } from './tfjs.ts';

/** One pass through the network: what nobody can go below. */
export const forwardPassStrategies = onEachBackend((backend): BenchStrategy => ({
  name: 'forward-pass',
  executor: labels[backend],
  title: `one forward pass, ${backendTitles[backend]}`,
  from: 'input',
  role: 'context',
  appliesTo: hasNetwork,
  shortestRun: networkPass,
  refusal: (opened, isQuick) => backendRefusal(opened, backend, networkPass(opened), isQuick),
  prepare: async (opened) => {
    const network = await opened.on(backend);
    return {
      isLoop: false,
      passes: () => 1,
      cost: { bytes: null, operations: opened.batch * (opened.operations.network ?? 0) },
      run: async () => {
        await opened.runtime.use(backend);
        const [values = new Float32Array()] = await readAll(opened, [predict(network)]);
        return { kind: 'probabilities', values, dispatches: null };
      },
      dispose: () => undefined,
    };
  },
}));
