import * as tf from '@tensorflow/tfjs';
import { cut, type Cut, type NodeId } from '@ablation-cam/kernels';
import { networkOf, resolveTarget, type SizedLayer, type SizedNetwork } from '@ablation-cam/model';
import type { BenchCase } from '../cases/case.ts';

/** A case's network on the current backend, cut at the target. */
export interface OpenNetwork {
  readonly network: SizedNetwork;
  readonly cut: Cut;
  /** The target layer; null where the target is the network's input. */
  readonly layer: SizedLayer | null;
  /** Frees the network. */
  dispose(): void;
}

/** A case's network and tensors on one TensorFlow.js backend. */
export interface LiveNetwork extends OpenNetwork {
  /** `[batch, ...shape]`, one for each input of the network. */
  readonly inputs: readonly tf.Tensor[];
  /** The target's output, `[batch, ...positions, channels]`. */
  readonly activation: tf.Tensor;
  /** What the tail reads and the target does not reach. */
  readonly constants: ReadonlyMap<NodeId, tf.Tensor>;
  /** Frees the network and the tensors. */
  dispose(): void;
}

export interface NetworkValues {
  readonly data: readonly Float32Array[];
  readonly activation: Float32Array;
  readonly constants: ReadonlyMap<NodeId, Float32Array>;
}

/** Builds a case's network on the current backend and cuts it at the target. The caller disposes. */
export async function openNetwork({ layer: name, network: build }: BenchCase): Promise<OpenNetwork> {
  const model = await build();
  const network = await (await networkOf(model)).at();
  const { graph, layers } = network;
  const [output] = graph.outputs;
  if (!output) throw new RangeError('The network has no output.');
  const layer =
    name === null ? null : resolveTarget({ outputs: network.network.outputs, layers }, { layer: name }).layer;
  return {
    network,
    cut: cut(graph, layer?.node ?? graph.inputs[0] ?? 0, output),
    layer,
    dispose: () => model.dispose(),
  };
}

/** Puts given values beside a network on the current backend. */
export function liveNetwork(opened: OpenNetwork, values: NetworkValues, batch: number): LiveNetwork {
  const { graph } = opened.network;
  const tensor = (id: NodeId, data: Float32Array): tf.Tensor =>
    tf.tensor(data, [batch, ...(graph.nodes[id]?.shape ?? [])]);
  const inputs = graph.inputs.map((id, index) => tensor(id, values.data[index] ?? new Float32Array()));
  const activation = tensor(opened.cut.target, values.activation);
  const constants = new Map([...values.constants].map(([id, data]) => [id, tensor(id, data)]));
  return {
    ...opened,
    inputs,
    activation,
    constants,
    dispose: () => {
      tf.dispose([...inputs, activation, ...constants.values()]);
      opened.dispose();
    },
  };
}

/** Class probabilities of the network as it is, `[batch, classes]`. The caller disposes. */
export function predict({ network, inputs }: LiveNetwork): tf.Tensor {
  const { graph } = network;
  const feeds = new Map(graph.inputs.map((id, index) => [id, inputs[index] ?? tf.scalar(0)] as const));
  return network.run(feeds, [graph.outputs[0]?.node ?? -1] as const)[0];
}

/** Class probabilities `[rows, classes]` of the tail, from the target's output `[rows, ...positions, channels]`. */
export function tailProbabilities(
  { network, cut: { target, logits }, constants: own }: LiveNetwork,
  activation: tf.Tensor,
  constants: ReadonlyMap<NodeId, tf.Tensor> = own,
): tf.Tensor2D {
  return tf.tidy(() => {
    const feeds = new Map([...constants, [target, activation] as const]);
    const [values] = network.run(feeds, [logits] as const);
    return tf.softmax(values.reshape<tf.Tensor2D>([activation.shape[0], -1]));
  });
}
