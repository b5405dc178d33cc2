import type { Dims } from '../nodes/layout.ts';
import { product } from '../nodes/layout.ts';
import type { NodeFilter, TrainedOperators } from '../nodes/node-weights.ts';
import { Attributes } from './attributes.ts';
import type { OnnxNode } from './onnx-file.ts';

/** Operators whose constants training changes; those of others - scales of a Resize, say - are settings. */
const TRAINED = new Set(
  (
    'Conv ConvTranspose Gemm MatMul BatchNormalization InstanceNormalization GroupNormalization LayerNormalization PRelu ' +
    'Add Sub Mul Div'
  ).split(' '),
);

function filterOf(node: OnnxNode, dims: (input: number) => Dims | null): NodeFilter | null {
  const weights = dims(1);
  if (!weights) return null;
  const attributes = new Attributes(node);
  const rest = product(weights.slice(1));
  switch (node.type) {
    // [filters, channels of a group, ...window]
    case 'Conv':
      return { input: 1, stride: rest };
    // [channels, filters of a group, ...window]
    case 'ConvTranspose':
      return attributes.int('group', 1) === 1 ? { input: 1, stride: product(weights.slice(2)) } : null;
    case 'Gemm':
      return { input: 1, stride: attributes.int('transB', 0) === 1 ? rest : 1 };
    case 'MatMul':
      return { input: 1, stride: 1 };
    default:
      return null;
  }
}

export const trainedOperators: TrainedOperators<OnnxNode> = {
  hasWeights: ({ type }) => TRAINED.has(type),
  filterOf,
};
