import type { LayerRole } from '../network/network.ts';
import type { NodeResult } from '../nodes/import-nodes.ts';
import { Attributes } from './attributes.ts';
import type { GraphModelNode } from './graph-model-file.ts';

/** Operators between the last feature map and the output. */
const HEAD = new Set(
  (
    'MatMul BatchMatMul BatchMatMulV2 _FusedMatMul Softmax LogSoftmax Reshape Squeeze ExpandDims Identity Cast Snapshot ' +
    'StopGradient MaxPool AvgPool Mean Max Min Sum Transpose'
  ).split(' '),
);

const ACTIVATION = new Set(
  'Relu Relu6 LeakyRelu Prelu Elu Selu Sigmoid Tanh Softplus ClipByValue'.split(' '),
);

const NORMALIZATION = new Set(['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3']);

/** What a node is to the default target. */
export function roleOf(node: GraphModelNode): LayerRole {
  const { type } = node;
  if (HEAD.has(type)) return 'head';
  if (NORMALIZATION.has(type)) return 'normalization';
  const fused = new Attributes(node).texts('fused_ops').at(-1) ?? '';
  return ACTIVATION.has(type) || ACTIVATION.has(fused) ? 'activation' : 'other';
}

/**
 * Returns the shortest ending of each result's path that is no other's: `Conv_1/Relu6` for
 * `StatefulPartitionedCall/model/Conv_1/Relu6`.
 */
export function shortestNames(results: readonly NodeResult<GraphModelNode>[]): string[] {
  const counts = new Map<string, number>();
  const all = results.map(({ output }) => endingsOf(output));
  for (const endings of all) for (const ending of endings) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  return results.map(({ output }, i) => all[i]?.find((ending) => counts.get(ending) === 1) ?? output);
}

/** From the last part to the whole path. */
function endingsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, i) => parts.slice(parts.length - 1 - i).join('/'));
}
