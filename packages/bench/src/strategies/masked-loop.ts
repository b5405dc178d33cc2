import * as tf from '@tensorflow/tfjs';
import { tailProbabilities } from '../open-case/live-network.ts';
import { weightsFrom, readAll, type BenchStrategy } from './strategy.ts';
import { engineRefusal, baseProbabilities, labels, offTensor, onEachBackend, tailPass } from './tfjs.ts';
import { ENGINE_TITLES } from '../open-case/engine.ts';

/**
 * The naive loop at its best: the tail once a channel, with that channel masked. All passes are queued before anything is
 * read back, so that a GPU never waits for the CPU.
 */
export const maskedLoopStrategies = onEachBackend((backend): BenchStrategy => ({
  name: 'masked-loop',
  executor: labels[backend],
  title: `masked loop over the tail, ${ENGINE_TITLES[backend]}`,
  from: 'activation',
  role: 'other',
  appliesTo: () => true,
  shortestRun: tailPass,
  refusal: (opened, isQuick) => engineRefusal(opened, backend, tailPass(opened), isQuick),
  prepare: async (opened) => {
    const network = await opened.on(backend);
    const off = offTensor(opened, network);
    const base = baseProbabilities(opened);
    const { channels, batch, operations } = opened;
    return {
      isLoop: true,
      passes: (count) => count,
      cost: { bytes: null, operations: batch * channels * operations.tail },
      run: async (list) => {
        await opened.runtime.use(backend);
        const scores = list.map((channel) =>
          tf.tidy(() => {
            const index = tf.scalar(channel, 'int32');
            const kept = network.activation.mul(tf.oneHot(index, channels, 0, 1));
            return tailProbabilities(network, off ? kept.add(off.mul(tf.oneHot(index, channels))) : kept);
          }),
        );
        const values = weightsFrom(opened, base, await readAll(opened, scores));
        return { kind: 'weights', values, dispatches: null };
      },
      dispose: () => off?.dispose(),
    };
  },
}));
