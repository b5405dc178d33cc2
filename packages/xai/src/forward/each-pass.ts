import type * as tf from '@tensorflow/tfjs';
import type { NodeId } from '@ablation-cam/kernels';
import type { SizedNetwork } from '@ablation-cam/model';
import { throwIfAborted } from '../errors.ts';
import { batchTensors, type Batch } from './model-input.ts';

/** Elements of the largest tensor that a forward pass may hold at once: bounds its memory to some 100 MB. */
const LARGEST_TENSOR_ELEMENTS = 2 ** 23;

/** Returns how many inputs go through the network together. */
export function inputsPerPass({ graph }: Pick<SizedNetwork, 'graph'>): number {
  const largest = graph.nodes.reduce(
    (most, { shape }) =>
      Math.max(
        most,
        shape.reduce((product, length) => product * length, 1),
      ),
    1,
  );
  return Math.max(1, Math.floor(LARGEST_TENSOR_ELEMENTS / largest));
}

/**
 * Calls `work` with the tensors of as many inputs as go through the network together, until all have, and frees them.
 *
 * @throws the signal's reason
 */
export async function eachPass(
  { network, batch }: { readonly network: SizedNetwork; readonly batch: Batch },
  signal: AbortSignal | undefined,
  work: (inputs: readonly tf.Tensor[], first: number, count: number) => Promise<void>,
): Promise<void> {
  const size = inputsPerPass(network);
  for (let first = 0; first < batch.inputs; first += size) {
    throwIfAborted(signal);
    const count = Math.min(size, batch.inputs - first);
    const inputs = batchTensors(batch, first, first + count);
    try {
      await work(inputs, first, count);
    } finally {
      for (const tensor of inputs) tensor.dispose();
    }
  }
}

/** The network's inputs, as what `SizedNetwork.run` is fed. */
export function inputFeeds({ graph }: SizedNetwork, inputs: readonly tf.Tensor[]): Map<NodeId, tf.Tensor> {
  return new Map(
    graph.inputs.map((node, index) => {
      const tensor = inputs[index];
      if (!tensor) throw new RangeError(`Input ${String(index)} of the network was not given.`);
      return [node, tensor];
    }),
  );
}
