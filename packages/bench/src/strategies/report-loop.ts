import type * as tf from '@tensorflow/tfjs';
import { withoutFilter } from '@ablation-cam/model';
import { predict, type LiveNetwork } from '../open-case/live-network.ts';
import type { OpenCase } from '../open-case/open-case.ts';
import { readAll, weightsFrom, type BenchStrategy } from './strategy.ts';
import { hasNetwork, engineRefusal, labels, onEachBackend, networkPass } from './tfjs.ts';
import { ENGINE_TITLES } from '../open-case/engine.ts';

/** The network as it is, and without one filter. */
const shortestRun = (opened: OpenCase): number => 2 * networkPass(opened);

/** The loop of the original report: the k-th filter of the layer is set to zero and the whole network predicts again. */
export const reportLoopStrategies = onEachBackend((backend): BenchStrategy => ({
  name: 'report-loop',
  executor: labels[backend],
  title: `the report's loop: zero a filter, predict, ${ENGINE_TITLES[backend]}`,
  from: 'input',
  role: 'other',
  appliesTo: hasNetwork,
  shortestRun,
  refusal: (opened, isQuick) => engineRefusal(opened, backend, shortestRun(opened), isQuick),
  prepare: async (opened) => {
    const network = await opened.on(backend);
    const { channels, batch, operations } = opened;
    return {
      isLoop: true,
      passes: (count) => count + 1,
      cost: { bytes: null, operations: batch * (channels + 1) * (operations.network ?? 0) },
      run: async (list) => {
        await opened.runtime.use(backend);
        const predicted = [predict(network)];
        for (const channel of list) predicted.push(await predictWithout(network, channel, channels));
        const [base = new Float32Array(), ...ablated] = await readAll(opened, predicted);
        return {
          kind: 'weights',
          values: weightsFrom(opened, base, ablated),
          dispatches: null,
        };
      },
      dispose: () => undefined,
    };
  },
}));

/** Predicts with the layer's k-th filter at zero; the layer has its own weights back afterwards. */
async function predictWithout(live: LiveNetwork, channel: number, channels: number): Promise<tf.Tensor> {
  const access = live.network.network.weights;
  const name = live.layer?.name ?? '';
  const filter = access?.filterOf(name) ?? null;
  if (!access || !filter) throw new RangeError('The target layer has no filter.');
  const own = await access.read(name);
  try {
    await access.write(name, withoutFilter(own, filter, channels, channel));
    return predict(live);
  } finally {
    await access.write(name, own);
  }
}
