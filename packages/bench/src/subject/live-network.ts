import * as tf from '@tensorflow/tfjs';
import {
  extractTail,
  layerGraph,
  resolveTarget,
  runLayerGraph,
  type ExtractedTail,
  type LayerGraph,
  type TensorId,
} from '@ablation-cam/model';
import type { BenchCase } from '../cases/case.ts';

/** A case's network and tensors on one TensorFlow.js backend. */
export interface LiveNetwork {
  readonly model: tf.LayersModel;
  readonly graph: LayerGraph;
  readonly target: TensorId;
  readonly logitsTensor: TensorId;
  /** The layer whose k-th filter makes channel k; null where the target is the network's input. */
  readonly targetLayer: tf.layers.Layer | null;
  /** `[batch, ...shape]`, one for each input of the network. */
  readonly inputs: readonly tf.Tensor[];
  /** The target's output, `[batch, ...positions, channels]`. */
  readonly activation: tf.Tensor;
  /** What the tail reads and the target does not reach. */
  readonly constants: ReadonlyMap<TensorId, tf.Tensor>;
  dispose(): void;
}

export interface NetworkValues {
  readonly data: readonly Float32Array[];
  readonly activation: Float32Array;
  readonly constants: ReadonlyMap<TensorId, Float32Array>;
}

/** A case's network on the current backend, with its tail. The caller disposes of the network. */
export async function openNetwork({ layer, network }: BenchCase): Promise<{
  model: tf.LayersModel;
  graph: LayerGraph;
  extracted: ExtractedTail;
  targetLayer: tf.layers.Layer | null;
}> {
  const model = await network();
  const graph = layerGraph(model);
  if (layer === null) {
    const extracted = await extractTail(graph, graph.inputs[0] ?? 0);
    return { model, graph, extracted, targetLayer: null };
  }
  const { tensor, layerCall } = resolveTarget(graph, { layer });
  return { model, graph, extracted: await extractTail(graph, tensor), targetLayer: layerCall.layer };
}

/** Puts given values beside a network on the current backend. */
export function liveNetwork(
  { model, graph, extracted, targetLayer }: Awaited<ReturnType<typeof openNetwork>>,
  values: NetworkValues,
  batch: number,
): LiveNetwork {
  const tensor = (id: TensorId, data: Float32Array): tf.Tensor =>
    tf.tensor(data, [batch, ...(graph.tensors[id]?.shape ?? []).map((size) => size ?? 1)]);
  const inputs = graph.inputs.map((id, index) => tensor(id, values.data[index] ?? new Float32Array()));
  const activation = tensor(extracted.target, values.activation);
  const constants = new Map([...values.constants].map(([id, data]) => [id, tensor(id, data)]));
  return {
    model,
    graph,
    target: extracted.target,
    logitsTensor: extracted.logits,
    targetLayer,
    inputs,
    activation,
    constants,
    dispose: () => {
      tf.dispose([...inputs, activation, ...constants.values()]);
      model.dispose();
    },
  };
}

/** Class probabilities `[rows, classes]` of the tail, from the target's output `[rows, ...positions, channels]`. */
export function tailProbabilities(
  network: LiveNetwork,
  activation: tf.Tensor,
  constants: ReadonlyMap<TensorId, tf.Tensor> = network.constants,
): tf.Tensor2D {
  return tf.tidy(() => {
    const feeds = new Map([...constants, [network.target, activation] as const]);
    const [logits] = runLayerGraph(network.graph, feeds, [network.logitsTensor] as const);
    return tf.softmax(logits.reshape<tf.Tensor2D>([activation.shape[0], -1]));
  });
}
