import type * as tf from '@tensorflow/tfjs';
import { cut, type Cut, type GraphOutput } from '@ablation-cam/kernels';
import { networkOfLayers } from '../../src/network/network-of.ts';
import {
  networkOf,
  resolveTarget,
  type NetworkSource,
  type SizedLayer,
  type SizedNetwork,
  type TargetSelection,
} from '../../src/index.ts';

/** A network cut at a layer. */
export interface CutModel {
  readonly network: SizedNetwork;
  readonly layer: SizedLayer;
  readonly output: GraphOutput;
  /** Position of the output among the network's. */
  readonly outputIndex: number;
  readonly cut: Cut;
}

export async function cutModel(
  source: NetworkSource,
  selection: TargetSelection = {},
  inputShapes?: number[][],
): Promise<CutModel> {
  const network = await (await networkOf(source)).at(inputShapes);
  const { layers } = network;
  const { layer, output: outputIndex } = resolveTarget(
    { ...network.network, outputs: network.network.outputs, layers },
    selection,
  );
  const output = network.graph.outputs[outputIndex]!;
  return { network, layer, output, outputIndex, cut: cut(network.graph, layer.node, output) };
}

/** The name of the layer that is explained by default. */
export function defaultTarget(model: tf.LayersModel): string {
  return resolveTarget(networkOfLayers(model)).layer.name;
}
