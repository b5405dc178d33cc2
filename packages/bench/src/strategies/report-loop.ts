import * as tf from '@tensorflow/tfjs';
import type { LiveNetwork } from '../subject/live-network.ts';
import type { Subject } from '../subject/subject.ts';
import { readAll, weightsFrom, type Strategy } from './strategy.ts';
import { hasNetwork, backendRefusal, backendTitles, labels, onEachBackend, networkPass } from './tfjs.ts';

/** The network as it is, and without one filter. */
const shortestRun = (subject: Subject): number => 2 * networkPass(subject);

/** The loop of the original report: the k-th filter of the layer is set to zero and the whole network predicts again. */
export const reportLoopStrategies = onEachBackend((backend): Strategy => ({
  name: 'report-loop',
  executor: labels[backend],
  title: `the report's loop: zero a filter, predict, ${backendTitles[backend]}`,
  from: 'input',
  role: 'other',
  appliesTo: hasNetwork,
  shortestRun,
  refusal: (subject, isQuick) => backendRefusal(subject, backend, shortestRun(subject), isQuick),
  prepare: async (subject) => {
    const network = await subject.on(backend);
    const { channels, batch, operations } = subject;
    return {
      isLoop: true,
      passes: (count) => count + 1,
      cost: { bytes: null, operations: batch * (channels + 1) * (operations.network ?? 0) },
      run: async (list) => {
        await subject.runtime.use(backend);
        const [base = new Float32Array(), ...ablated] = await readAll(subject, [
          predict(network),
          ...list.map((channel) => withoutFilter(network, channel, channels)),
        ]);
        return {
          kind: 'weights',
          values: weightsFrom(subject, base, ablated),
          dispatches: null,
        };
      },
      dispose: () => undefined,
    };
  },
}));

/** Class probabilities of the network as it is, `[batch, classes]`. The caller disposes. */
export function predict({ model, inputs }: LiveNetwork): tf.Tensor {
  const predicted = model.predict([...inputs], { batchSize: inputs[0]?.shape[0] ?? 1 });
  return Array.isArray(predicted) ? predicted[0]! : predicted;
}

/** Predicts with the layer's k-th filter at zero; the layer has its own weights back afterwards. */
function withoutFilter(network: LiveNetwork, channel: number, channels: number): tf.Tensor {
  const layer = network.targetLayer;
  const [filter, ...others] = layer?.getWeights() ?? [];
  if (!layer || !filter) throw new RangeError('The target layer has no filter.');
  // `setWeights` copies into the layer's variables, so what they held is kept aside.
  const own = filter.clone();
  const zeroed = tf.tidy(() => filter.mul(tf.oneHot(tf.scalar(channel, 'int32'), channels, 0, 1)));
  try {
    layer.setWeights([zeroed, ...others]);
    return predict(network);
  } finally {
    layer.setWeights([own, ...layer.getWeights().slice(1)]);
    tf.dispose([own, zeroed]);
  }
}
