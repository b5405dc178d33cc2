import { activationValue } from '@ablation-cam/kernels';
import type { AblationValue, Graph, GraphNode, NodeId } from '@ablation-cam/kernels';
import type { FilterWeight, Network, SizedLayer, SizedNetwork, WeightAccess } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { Ablation } from './options.ts';

/**
 * Returns what stands for "off" in each channel of the target.
 *
 * @throws XaiError `invalid-option` where the layer has no filter to zero, or a list has the wrong length
 */
export function ablationValue(
  ablation: Ablation,
  { graph, network }: SizedNetwork,
  layer: SizedLayer,
): AblationValue {
  const channels = layer.shape.at(-1) ?? 0;
  if (ablation === 'zero') return { kind: 'values', values: new Float32Array(channels) };
  if (ablation === 'channel-mean') return { kind: 'channel-mean' };
  if (ablation === 'zero-kernel') {
    filterOf(network, layer);
    return { kind: 'values', values: zeroKernelValues(graph, layer, channels) };
  }
  if (ablation.length !== channels) {
    throw new XaiError(
      'invalid-option',
      `Layer "${layer.name}" has ${String(channels)} channels, got ${String(ablation.length)} ablation values.`,
    );
  }
  const values = Float32Array.from(ablation);
  if (!values.every(Number.isFinite))
    throw new XaiError('invalid-option', 'An ablation value is not a finite number.');
  return { kind: 'values', values };
}

/**
 * Returns which of the target layer's weights is its filter, and the way to them.
 *
 * @throws XaiError `invalid-option` where the layer has none
 */
export function filterOf(
  { weights }: Network,
  { name, type }: SizedLayer,
): { readonly access: WeightAccess; readonly filter: FilterWeight } {
  const filter = weights?.filterOf(name) ?? null;
  if (weights && filter) return { access: weights, filter };
  throw new XaiError(
    'invalid-option',
    `Layer "${name}" (${type}) has no filter to set to zero; ` +
      'use the ablation zero, channel-mean or one value a channel.',
  );
}

/** activation(bias_k), or activation(0) of a layer without bias: the layer's operations behind its filter. */
function zeroKernelValues({ nodes }: Graph, layer: SizedLayer, channels: number): Float32Array {
  const activations: GraphNode[] = [];
  let node = at(nodes, layer.node);
  while (node.operation.kind === 'activation') {
    activations.unshift(node);
    node = at(nodes, node.inputs[0] ?? -1);
  }
  const { operation } = node;
  const bias = 'bias' in operation ? operation.bias : null;
  return Float32Array.from({ length: channels }, (_, k) =>
    activations.reduce(
      (value, { operation: { ...own } }) => (own.kind === 'activation' ? activationValue(own, value) : value),
      bias?.[k] ?? 0,
    ),
  );
}

function at(nodes: readonly GraphNode[], id: NodeId): GraphNode {
  const node = nodes[id];
  if (!node) throw new RangeError(`The graph has no node ${String(id)}.`);
  return node;
}
