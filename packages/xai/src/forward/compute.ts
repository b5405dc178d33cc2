import * as tf from '@tensorflow/tfjs';
import type { NodeId } from '@ablation-cam/kernels';
import { computeGraph, computeTensors } from '@ablation-cam/model';
import type { Call } from '../explainer/call.ts';
import type { PassInputs } from './pass-inputs.ts';

/** A network, and what it runs on in a call. */
export interface ForwardEngine extends Pick<Call, 'network'> {
  readonly runtime: { readonly backend: Pick<Call['runtime']['backend'], 'chosen'> };
}

/** Returns the values of nodes of the network for its inputs, as `computeFrom` does. */
export async function compute(
  engine: ForwardEngine,
  inputs: PassInputs,
  fetches: readonly NodeId[],
): Promise<tf.Tensor[]> {
  const { network } = engine;
  if (!isNative(engine)) return computeFrom(engine, inputs.tensorsFor(network), fetches);
  const { count } = inputs;
  const values = await computeGraph(network, inputs.arraysFor(network), fetches, count);
  return values.map((data, i) => {
    const shape = network.graph.nodes[fetches[i] ?? -1]?.shape ?? [];
    return tf.tensor(data, [count, ...shape]);
  });
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
  if (isNative(engine)) return computeTensors(network, feeds, fetches);
  return tf.tidy(() => network.run(feeds, fetches));
}

/** Whether ONNX Runtime computes, beside TensorFlow.js. */
export function isNative({ runtime }: Pick<ForwardEngine, 'runtime'>): boolean {
  return runtime.backend.chosen === 'onnxruntime';
}
