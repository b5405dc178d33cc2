import type { NodeId } from '@ablation-cam/kernels';
import type { LayerRole, NetworkLayer, SizedLayer } from '../network/network.ts';
import { describeShape } from '../layers/shapes.ts';
import type { ImportedOnnx, NodeResult } from './import-onnx.ts';

/** Operators between the last feature map and the output. */
const HEAD = new Set([
  ...[
    'Gemm',
    'MatMul',
    'Dropout',
    'Softmax',
    'LogSoftmax',
    'Flatten',
    'Reshape',
    'Squeeze',
    'Unsqueeze',
    'Identity',
    'Cast',
  ],
  ...[
    'MaxPool',
    'AveragePool',
    'GlobalAveragePool',
    'GlobalMaxPool',
    'ReduceMean',
    'ReduceMax',
    'ReduceSum',
    'Transpose',
  ],
]);

const ACTIVATION = new Set([
  ...[
    'Relu',
    'LeakyRelu',
    'PRelu',
    'Clip',
    'HardSigmoid',
    'HardSwish',
    'Sigmoid',
    'Tanh',
    'Softplus',
    'Softsign',
    'Elu',
    'Selu',
  ],
  ...['Celu', 'Gelu', 'Mish', 'Swish', 'ThresholdedRelu'],
]);

/** Returns what the nodes of a file yield, as a user knows them, in the order in which it is computed. */
export function describeNodes({ graph, results }: ImportedOnnx): SizedLayer[] {
  const indexOf = new Map(results.map(({ output }, index) => [output, index]));
  const leading = graph.outputs.map(({ name, logits }) => ({ name, nodes: leadingTo(graph.nodes, logits) }));
  const names = uniqueNames(results);
  return results.map(({ from, output, tensor, inputs }, index): SizedLayer => {
    const shape = graph.nodes[tensor.node]?.shape ?? [];
    return {
      name: names[index] ?? output,
      ownName: output,
      call: 0,
      type: from.type,
      shape,
      role: roleOf(from.type),
      inputs: inputs.flatMap((name) => indexOf.get(name) ?? []),
      leadsTo: leading.filter(({ nodes }) => nodes.has(tensor.node)).map(({ name }) => name),
      obstacle: obstacleOf(shape),
      node: tensor.node,
    };
  });
}

/** The node's name; that of the tensor for other results than its first, and where nodes share a name. */
function uniqueNames(results: readonly NodeResult[]): string[] {
  const counts = new Map<string, number>();
  for (const { from } of results) counts.set(from.name, (counts.get(from.name) ?? 0) + 1);
  return results.map(({ from, output }) => {
    return counts.get(from.name) === 1 ? from.name : output;
  });
}

/** The nodes from which a path leads to `to`. */
function leadingTo(nodes: ImportedOnnx['graph']['nodes'], to: NodeId): ReadonlySet<NodeId> {
  const leading = new Set([to]);
  for (let id = to; id >= 0; id--) {
    if (leading.has(id)) for (const input of nodes[id]?.inputs ?? []) leading.add(input);
  }
  return leading;
}

function roleOf(type: string): LayerRole {
  if (HEAD.has(type)) return 'head';
  if (type === 'BatchNormalization') return 'normalization';
  return ACTIVATION.has(type) ? 'activation' : 'other';
}

/** Says why what a node yields is no feature map, or null where it is one. */
function obstacleOf(shape: NetworkLayer['shape']): string | null {
  const shown = describeShape(shape);
  if (shape.length < 2) return `yields ${shown}, which has no positions for a map`;
  if (shape.length > 3) return `yields ${shown}: maps over more than two axes of positions are not supported`;
  return null;
}
