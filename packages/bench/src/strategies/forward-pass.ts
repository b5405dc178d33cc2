import { GraphSession } from '@ablation-cam/kernels/sessions';
import type { OpenCase } from '../open-case/open-case.ts';
import { ENGINE_TITLES } from '../open-case/engine.ts';
import { predict } from '../open-case/live-network.ts';
import type { BenchBackend } from '../open-case/runtime.ts';
import { readAll, type PreparedStrategy, type BenchStrategy } from './strategy.ts';
import { engineRefusal, hasNetwork, labels, networkPass, onEachEngine } from './tfjs.ts';

/** One pass through the network: what nobody can go below. */
export const forwardPassStrategies = onEachEngine((engine): BenchStrategy => ({
  name: 'forward-pass',
  executor: labels[engine],
  title: `one forward pass, ${ENGINE_TITLES[engine]}`,
  from: 'input',
  role: 'context',
  appliesTo: hasNetwork,
  shortestRun: networkPass,
  refusal: (opened, isQuick) => engineRefusal(opened, engine, networkPass(opened), isQuick),
  prepare: async (opened) => {
    const pass = await (engine === 'onnxruntime' ? sessionPass(opened) : backendPass(opened, engine));
    return {
      isLoop: false,
      passes: () => 1,
      cost: { bytes: null, operations: opened.batch * (opened.operations.network ?? 0) },
      run: async () => ({ kind: 'probabilities', values: await pass.probabilities(), dispatches: null }),
      dispose: pass.dispose,
    };
  },
}));

interface Pass extends Pick<PreparedStrategy, 'dispose'> {
  /** `[batch, classes]` */
  readonly probabilities: () => Promise<Float32Array>;
}

async function backendPass(opened: OpenCase, backend: BenchBackend): Promise<Pass> {
  const network = await opened.on(backend);
  return {
    probabilities: async () => {
      await opened.runtime.use(backend);
      const [values = new Float32Array()] = await readAll(opened, [predict(network)]);
      return values;
    },
    dispose: () => undefined,
  };
}

async function sessionPass({ graph, data, batch }: OpenCase): Promise<Pass> {
  const session = await GraphSession.create(graph, graph.inputs, [graph.outputs[0]?.node ?? -1]);
  return {
    probabilities: async () => {
      const [values = new Float32Array()] = await session.run(data, batch);
      return values;
    },
    dispose: () => {
      session.dispose();
    },
  };
}
