import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { positionAxes } from '../../nodes/layout.ts';
import { NoRule, type NodeContext } from '../../nodes/node-context.ts';
import { absolute } from '../../nodes/operations/activations.ts';
import { merge, powerOf } from '../../nodes/operations/merging.ts';
import {
  largest,
  mean,
  reduceAxes,
  smallest,
  sum,
  type Reduction,
} from '../../nodes/operations/reductions.ts';
import type { OnnxRule } from '../onnx-context.ts';

/** (sum of |x|^p)^(1/p). @throws NoRule for other p than 1 and 2 */
function norm(context: NodeContext, x: GraphTensor, axes: readonly number[], p: number): GraphTensor {
  return rootOf(context, sum(context, magnitude(context, x, p), axes), p);
}

/** |x|^p. @throws NoRule for other p than 1 and 2 */
export function magnitude(context: NodeContext, x: GraphTensor, p: number): GraphTensor {
  if (p === 1) return absolute(context, x);
  if (p === 2) return powerOf(context, x, 2);
  throw new NoRule(`it is a norm with p = ${String(p)}`);
}

export function rootOf(context: NodeContext, x: GraphTensor, p: number): GraphTensor {
  return p === 1 ? x : context.activation('power', x, 1 / p);
}

/** log(sum of e^x), with the largest x taken out of the sum. */
const logSumExp: Reduction = (context, x, axes) => {
  const most = largest(context, x, axes);
  const rest = context.activation('exponential', merge(context, 'subtract', [x, most]));
  return merge(context, 'add', [context.activation('logarithm', sum(context, rest, axes)), most]);
};

function reduce(reduction: Reduction): OnnxRule {
  return (context) => {
    const { attributes } = context;
    const x = context.tensor(0);
    const given = context.list(1, 'axes');
    if ((given?.length ?? 0) === 0 && attributes.int('noop_with_empty_axes', 0) === 1)
      return context.map({ kind: 'identity' }, x);
    const axes = given?.length ? given : null;
    return reduceAxes(context, x, reduction, axes, attributes.int('keepdims', 1) === 1);
  };
}

/** A norm over all positions of `[batch, channels, ...positions]`. */
const globalNorm: OnnxRule = (context) =>
  norm(context, context.tensor(0), positionAxes(context.dims().length), context.attributes.int('p', 2));

export const reductionRules: Readonly<Record<string, OnnxRule>> = {
  ReduceMean: reduce(mean),
  ReduceMax: reduce(largest),
  ReduceMin: reduce(smallest),
  ReduceSum: reduce(sum),
  ReduceL1: reduce((context, x, axes) => norm(context, x, axes, 1)),
  ReduceL2: reduce((context, x, axes) => norm(context, x, axes, 2)),
  ReduceSumSquare: reduce((context, x, axes) => sum(context, magnitude(context, x, 2), axes)),
  ReduceLogSum: reduce((context, x, axes) => context.activation('logarithm', sum(context, x, axes))),
  ReduceLogSumExp: reduce(logSumExp),
  GlobalLpPool: globalNorm,
};
