import * as tf from '@tensorflow/tfjs';
import { tailProbabilities } from '../subject/live-network.ts';
import { weightsFrom, readAll, type Strategy } from './strategy.ts';
import {
  backendRefusal,
  backendTitles,
  baseProbabilities,
  labels,
  offTensor,
  onEachBackend,
  tailPass,
} from './tfjs.ts';

/**
 * The naive loop at its best: the tail once a channel, with that channel masked. All passes are queued before anything is
 * read back, so that a GPU never waits for the CPU.
 */
export const maskedLoopStrategies = onEachBackend((backend): Strategy => ({
  name: 'masked-loop',
  executor: labels[backend],
  title: `masked loop over the tail, ${backendTitles[backend]}`,
  from: 'activation',
  role: 'other',
  appliesTo: () => true,
  shortestRun: tailPass,
  refusal: (subject, isQuick) => backendRefusal(subject, backend, tailPass(subject), isQuick),
  prepare: async (subject) => {
    const network = await subject.on(backend);
    const off = offTensor(subject, network);
    const base = baseProbabilities(subject);
    const { channels, batch, operations } = subject;
    return {
      isLoop: true,
      passes: (count) => count,
      cost: { bytes: null, operations: batch * channels * operations.tail },
      run: async (list) => {
        await subject.runtime.use(backend);
        const scores = list.map((channel) =>
          tf.tidy(() => {
            const index = tf.scalar(channel, 'int32');
            const kept = network.activation.mul(tf.oneHot(index, channels, 0, 1));
            return tailProbabilities(network, off ? kept.add(off.mul(tf.oneHot(index, channels))) : kept);
          }),
        );
        const values = weightsFrom(subject, base, await readAll(subject, scores));
        return { kind: 'weights', values, dispatches: null };
      },
      dispose: () => off?.dispose(),
    };
  },
}));
