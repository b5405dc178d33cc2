import * as tf from '@tensorflow/tfjs';
import type { NodeId } from '@ablation-cam/kernels';
import { tailProbabilities, type LiveNetwork } from '../open-case/live-network.ts';
import { readAll, weightsFrom, type BenchStrategy } from './strategy.ts';
import { engineRefusal, baseProbabilities, labels, offTensor, onEachBackend, tailPass } from './tfjs.ts';
import { ENGINE_TITLES } from '../open-case/engine.ts';

/** The K copies of the activation; beyond it machines of ordinary size run out of memory. */
const LARGEST_BATCH_BYTES = 256 * 2 ** 20;

/** The naive loop in one call: K masked copies of the activation go through the tail as one batch. */
export const oneBatchStrategies = onEachBackend((backend): BenchStrategy => ({
  name: 'one-batch',
  executor: labels[backend],
  title: `one big batch through the tail, ${ENGINE_TITLES[backend]}`,
  from: 'activation',
  role: 'other',
  appliesTo: () => true,
  shortestRun: tailPass,
  refusal: (opened, isQuick) => {
    const { channels, activation } = opened;
    const bytes = 4 * channels * activation.length;
    if (bytes > LARGEST_BATCH_BYTES) {
      return `its ${channels} copies of the activation take ${Math.round(bytes / 2 ** 20)} MiB`;
    }
    return engineRefusal(opened, backend, tailPass(opened), isQuick);
  },
  prepare: async (opened) => {
    const network = await opened.on(backend);
    const off = offTensor(opened, network);
    const base = baseProbabilities(opened);
    const { batch, channels, classes, operations } = opened;
    return {
      // Its cost is a sum over copies: a smaller batch tells what all of them take.
      isLoop: true,
      hasFixedDispatches: true,
      passes: (count) => count,
      cost: { bytes: null, operations: batch * channels * operations.tail },
      run: async (list) => {
        await opened.runtime.use(backend);
        const scores = tf.tidy(() =>
          tailProbabilities(network, maskedCopies(network, list, off), repeated(network, list.length)),
        );
        const [data = new Float32Array()] = await readAll(opened, [scores]);
        return {
          kind: 'weights',
          values: weightsFrom(opened, base, byChannel(data, list.length, batch, classes)),
          dispatches: null,
        };
      },
      dispose: () => off?.dispose(),
    };
  },
}));

/** `[batch * copies, ...positions, channels]`: copy i of an input lacks the channel `list[i]`. */
function maskedCopies(
  { activation }: LiveNetwork,
  list: readonly number[],
  off: tf.Tensor | null,
): tf.Tensor {
  const [batch = 1, ...shape] = activation.shape;
  const channels = shape.at(-1) ?? 1;
  const ones = shape.slice(0, -1).map(() => 1);
  const chosen = tf.oneHot(tf.tensor1d([...list], 'int32'), channels).toFloat();
  const masks = chosen.reshape([1, list.length, ...ones, channels]);
  const kept = activation.reshape([batch, 1, ...shape]).mul(tf.sub(1, masks));
  const masked = off ? kept.add(masks.mul(off)) : kept;
  return masked.reshape([batch * list.length, ...shape]);
}

/** What the tail reads besides the target, once for each copy. */
function repeated({ constants }: LiveNetwork, copies: number): Map<NodeId, tf.Tensor> {
  return new Map(
    [...constants].map(([id, value]) => {
      const [batch = 1, ...shape] = value.shape;
      // Three axes: TensorFlow.js's WebGPU backend tiles tensors of five and more on the CPU, which it can't in Node.
      const repetitions = value
        .reshape([batch, 1, -1])
        .tile([1, copies, 1])
        .reshape([batch * copies, ...shape]);
      return [id, repetitions];
    }),
  );
}

/** `[batch, copies, classes]` as one array `[batch, classes]` a copy. */
function byChannel(data: Float32Array, copies: number, batch: number, classes: number): Float32Array[] {
  return Array.from({ length: copies }, (_, i) => {
    const scores = new Float32Array(batch * classes);
    for (let n = 0; n < batch; n++) {
      const first = (n * copies + i) * classes;
      scores.set(data.subarray(first, first + classes), n * classes);
    }
    return scores;
  });
}
