import * as tf from '@tensorflow/tfjs';
import { embeddedModel, generateMnist1d, type SizedNetwork } from '@ablation-cam/model';
import { BenchError } from '../errors.ts';
import type { BenchCase, CaseSet } from './case.ts';

const LENGTH = 40;

/** The trained 1-D network at its last convolution, on signals about which it is neither lost nor sure. */
function mnist1d(batch: number, sets: readonly CaseSet[]): BenchCase {
  return {
    name: batch === 1 ? 'mnist1d' : `mnist1d-x${batch}`,
    title: `MNIST-1D ConvNet, K = 25, flatten, dense 10${batch === 1 ? '' : `, ${batch} inputs`}`,
    sets,
    // The first case pays for what TensorFlow.js compiles for all of them.
    weight: batch === 1 ? 5 : 3,
    batch,
    layer: 'conv1d_2',
    network: async () => (await embeddedModel('mnist1d')).model,
    data: async (network) => [await undecidedSignals(network, batch)],
  };
}

/** The first signals, in the order of the data set, predicted with a probability from 0.05 to 0.99. */
export async function undecidedSignals(network: SizedNetwork, count: number): Promise<Float32Array> {
  // Most signals are predicted with more certainty than that: a larger set than the published one holds enough.
  const { train } = generateMnist1d({ samples: 10_000, trainFraction: 1 });
  const signals = Float32Array.from(train.signals);
  await network.ready();
  const { inputs, outputs } = network.graph;
  const best = tf.tidy(() => {
    const feeds = new Map([[inputs[0] ?? 0, tf.tensor(signals, [train.count, LENGTH, 1])]]);
    const [predicted] = network.run(feeds, [outputs[0]?.node ?? -1] as const);
    return predicted.max(1);
  });
  const probabilities = await best.data();
  best.dispose();
  const chosen = Array.from(probabilities.keys())
    .filter((n) => probabilities[n]! >= 0.06 && probabilities[n]! <= 0.98)
    .slice(0, count);
  if (chosen.length < count) {
    throw new BenchError(
      'unsupported',
      `Only ${chosen.length} of ${train.count} signals are predicted with 0.06 to 0.98, and ${count} are needed.`,
    );
  }
  return Float32Array.from(chosen.flatMap((n) => [...signals.subarray(n * LENGTH, (n + 1) * LENGTH)]));
}

export const mnist1dCases: readonly BenchCase[] = [
  mnist1d(1, ['quick', 'full']),
  mnist1d(16, ['quick', 'full']),
  mnist1d(1024, ['quick', 'full']),
];
