import type { Strategy } from './strategy.ts';
import { predict } from '../subject/live-network.ts';
import { readAll } from './strategy.ts';
import { hasNetwork, backendRefusal, backendTitles, labels, onEachBackend, networkPass } from './tfjs.ts';

/** One pass through the network: what nobody can go below. */
export const forwardPassStrategies = onEachBackend((backend): Strategy => ({
  name: 'forward-pass',
  executor: labels[backend],
  title: `one forward pass, ${backendTitles[backend]}`,
  from: 'input',
  role: 'context',
  appliesTo: hasNetwork,
  shortestRun: networkPass,
  refusal: (subject, isQuick) => backendRefusal(subject, backend, networkPass(subject), isQuick),
  prepare: async (subject) => {
    const network = await subject.on(backend);
    return {
      isLoop: false,
      passes: () => 1,
      cost: { bytes: null, operations: subject.batch * (subject.operations.network ?? 0) },
      run: async () => {
        await subject.runtime.use(backend);
        const [values = new Float32Array()] = await readAll(subject, [predict(network)]);
        return { kind: 'probabilities', values, dispatches: null };
      },
      dispose: () => undefined,
    };
  },
}));
