import type { LayerRole } from '../network/network.ts';
import type { NodeResult } from '../nodes/import-nodes.ts';
import type { OnnxNode } from './onnx-file.ts';

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

/** What a node is to the default target. */
export function roleOf({ type }: OnnxNode): LayerRole {
  if (HEAD.has(type)) return 'head';
  if (type === 'BatchNormalization') return 'normalization';
  return ACTIVATION.has(type) ? 'activation' : 'other';
}

/** The node's name; that of the tensor for other results than its first, and where nodes share a name. */
export function uniqueNames(results: readonly NodeResult[]): string[] {
  const counts = new Map<string, number>();
  for (const { from } of results) counts.set(from.name, (counts.get(from.name) ?? 0) + 1);
  return results.map(({ from, output }) => {
    return counts.get(from.name) === 1 ? from.name : output;
  });
}
