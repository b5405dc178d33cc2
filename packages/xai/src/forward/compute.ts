import * as tf from '@tensorflow/tfjs';
import type { NodeId } from '@ablation-cam/kernels';
import { computeGraph, type SizedNetwork } from '@ablation-cam/model';
import type { Call } from '../explainer/call.ts';
import type { PassInputs } from './pass-inputs.ts';

/** A network, and what it runs on in a call. */
export type ForwardEngine = Pick<Call, 'network' | 'runtime'>;

/** Returns the values of nodes of the network for its inputs, as `computeFrom` does. */
export async function compute(
  engine: ForwardEngine,
  inputs: PassInputs,
  fetches: readonly NodeId[],
): Promise<tf.Tensor[]> {
  const { network } = engine;
  return isNative(engine)
    ? computeNatively(network, inputs.arraysFor(network), fetches, inputs.count)
    : computeFrom(engine, inputs.tensorsFor(network), fetches);
}

/**
 * Returns the values of nodes of the network, `[inputs, ...shape]`; they belong to the caller. What is differentiated runs on
 * TensorFlow.js, with `SizedNetwork.run`.
 *
 * @param feeds cut the network; they stay the caller's
 */
export async function computeFrom(
  engine: ForwardEngine,
  feeds: ReadonlyMap<NodeId, tf.Tensor>,
  fetches: readonly NodeId[],
): Promise<tf.Tensor[]> {
  const { network } = engine;
  if (!isNative(engine)) return tf.tidy(() => network.run(feeds, fetches));
  const [first] = feeds.values();
  const inputs = first?.shape[0] ?? 1;
  const arrays = new Map<NodeId, Float32Array>();
  for (const [node, tensor] of feeds) arrays.set(node, await tensor.data<'float32'>());
  return computeNatively(network, arrays, fetches, inputs);
}

async function computeNatively(
  network: SizedNetwork,
  feeds: ReadonlyMap<NodeId, Float32Array>,
  fetches: readonly NodeId[],
  inputs: number,
): Promise<tf.Tensor[]> {
  const values = await computeGraph(network.graph, feeds, fetches, inputs);
  return values.map((data, i) => tf.tensor(data, shapeOf(network, fetches[i] ?? -1, inputs)));
}

/** Whether ONNX Runtime computes, beside TensorFlow.js. */
export function isNative({ runtime }: Pick<ForwardEngine, 'runtime'>): boolean {
  return runtime.backend.chosen === 'onnxruntime';
}

function shapeOf({ graph }: SizedNetwork, node: NodeId, inputs: number): number[] {
  return [inputs, ...(graph.nodes[node]?.shape ?? [])];
}
