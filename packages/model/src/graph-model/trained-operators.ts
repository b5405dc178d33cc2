import type { Dims } from '../nodes/layout.ts';
import type { NodeFilter, TrainedOperators } from '../nodes/node-weights.ts';
import { Attributes } from './attributes.ts';
import type { GraphModelNode } from './graph-model-file.ts';

/** Operators whose weights have the channels of the result as their last axis. */
const CHANNELS_LAST = new Set(
  (
    'Conv2D _FusedConv2D DepthwiseConv2d DepthwiseConv2dNative FusedDepthwiseConv2dNative MatMul _FusedMatMul BatchMatMul ' +
    'BatchMatMulV2'
  ).split(' '),
);

/** Others whose constants training changes; those of others still - paddings, bounds - are settings. */
const TRAINED = new Set(
  'Conv2DBackpropInput BiasAdd Prelu FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 Add AddV2 Sub Mul Div RealDiv'.split(
    ' ',
  ),
);

function filterOf(node: GraphModelNode, dims: (input: number) => Dims | null): NodeFilter | null {
  const weights = dims(1);
  // [...window, filters, channels of its input]
  if (weights && node.type === 'Conv2DBackpropInput') return { input: 1, stride: weights.at(-1) ?? 1 };
  if (!weights || !CHANNELS_LAST.has(node.type)) return null;
  const attributes = new Attributes(node);
  const isTransposed = attributes.flag('transpose_b') || attributes.flag('adj_y');
  return { input: 1, stride: isTransposed ? (weights.at(-1) ?? 1) : 1 };
}

export const trainedOperators: TrainedOperators<GraphModelNode> = {
  hasWeights: ({ type }) => CHANNELS_LAST.has(type) || TRAINED.has(type),
  filterOf,
};
