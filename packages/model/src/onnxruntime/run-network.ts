import * as tf from '@tensorflow/tfjs';
import type { NodeId } from '@ablation-cam/kernels';
import type { SizedNetwork } from '../network/network.ts';
import { computeGraph } from './graph-sessions.ts';
import { obstaclesBetween } from './obstacles.ts';

/**
 * Returns the values of nodes of a network, `[inputs, ...shape]`; they belong to the caller. TensorFlow.js's current backend computes
 * them, and ONNX Runtime where there are operations in between that only it can run.
 *
 * @param feeds cut the network, `[inputs, ...shape]`; they stay the caller's
 * @throws ModelError `invalid-input`; KernelsError `runtime-missing`, `runtime-failed`
 */
export async function runNetwork(
  network: SizedNetwork,
  feeds: ReadonlyMap<NodeId, tf.Tensor>,
  fetches: readonly NodeId[],
): Promise<tf.Tensor[]> {
  if (obstaclesBetween(network, [...feeds.keys()], fetches).tensorFlow === null)
    return tf.tidy(() => network.run(feeds, fetches));
  return computeTensors(network, feeds, fetches);
}

/** As `runNetwork`, always by ONNX Runtime. @throws KernelsError `runtime-missing`, `runtime-failed`, `unsupported-operation` */
export async function computeTensors(
  network: SizedNetwork,
  feeds: ReadonlyMap<NodeId, tf.Tensor>,
  fetches: readonly NodeId[],
): Promise<tf.Tensor[]> {
  const [first] = feeds.values();
  const inputs = first?.shape[0] ?? 1;
  const arrays = new Map<NodeId, Float32Array>();
  for (const [node, tensor] of feeds) arrays.set(node, await tensor.data<'float32'>());
  const values = await computeGraph(network, arrays, fetches, inputs);
  return values.map((data, i) => {
    const shape = network.graph.nodes[fetches[i] ?? -1]?.shape ?? [];
    return tf.tensor(data, [inputs, ...shape]);
  });
}
