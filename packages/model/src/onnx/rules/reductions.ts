import type { PoolReduction } from '@ablation-cam/kernels';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf, positionAxes, preferredOrder, product } from '../layout.ts';
import { NoRule, type NodeContext, type NodeRule } from '../node-context.ts';
import { absolute } from './activations.ts';
import { merge, powerOf } from './merging.ts';

/** The largest or mean value over some axes, which keep the length 1; they are put in front of the others for that. */
function pooled(
  context: NodeContext,
  x: GraphTensor,
  axes: readonly number[],
  reduction: PoolReduction,
): GraphTensor {
  const { builder } = context;
  const dims = dimsOf(x.layout);
  const order = preferredOrder(x.layout);
  const reduced = order.filter((axis) => axes.includes(axis));
  const kept = order.filter((axis) => !axes.includes(axis));
  const result = dims.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const source = builder.lay(x, [...reduced.map((axis) => [axis]), kept]);
  const node = context.add(
    { kind: 'global-pool', reduction },
    [source],
    [...reduced.map(() => 1), product(result)],
  );
  // Axes of length 1 stay where they were.
  const shape = order.map((axis) => result[axis] ?? 1);
  return { node: builder.reshape(node, shape), layout: layoutOf(result, order) };
}

export function sum(context: NodeContext, x: GraphTensor, axes: readonly number[]): GraphTensor {
  const dims = dimsOf(x.layout);
  const count = product(axes.map((axis) => dims[axis] ?? 1));
  const mean = pooled(context, x, axes, 'average');
  return count === 1 ? mean : context.affine(mean, count, 0);
}

/** (sum of |x|^p)^(1/p). @throws NoRule for other p than 1 and 2 */
export function norm(context: NodeContext, x: GraphTensor, axes: readonly number[], p: number): GraphTensor {
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
function logSumExp(context: NodeContext, x: GraphTensor, axes: readonly number[]): GraphTensor {
  const most = pooled(context, x, axes, 'max');
  const rest = context.activation('exponential', merge(context, 'subtract', [x, most]));
  return merge(context, 'add', [context.activation('logarithm', sum(context, rest, axes)), most]);
}

/** Something over some axes, which keep the length 1. */
type Reduction = (context: NodeContext, x: GraphTensor, axes: readonly number[]) => GraphTensor;

function reduce(reduction: Reduction): NodeRule {
  return (context) => {
    const { attributes, builder } = context;
    const x = context.tensor(0);
    const dims = context.dims();
    const given = context.list(1, 'axes');
    if ((given?.length ?? 0) === 0 && attributes.int('noop_with_empty_axes', 0) === 1)
      return context.map({ kind: 'identity' }, x);
    const axes = (given?.length ? given : dims.map((_, axis) => axis)).map((axis) =>
      context.axis(dims.length, axis),
    );
    const whole = reduction(context, x, axes);
    if (attributes.int('keepdims', 1) === 1) return whole;
    return builder.reshapeTensor(
      whole,
      dims.filter((_, axis) => !axes.includes(axis)),
    );
  };
}

const smallest: Reduction = (context, x, axes) =>
  context.affine(pooled(context, context.affine(x, -1, 0), axes, 'max'), -1, 0);

/** A norm over all positions of `[batch, channels, ...positions]`. */
const globalNorm: NodeRule = (context) =>
  norm(context, context.tensor(0), positionAxes(context.dims().length), context.attributes.int('p', 2));

export const reductionRules: Readonly<Record<string, NodeRule>> = {
  ReduceMean: reduce((context, x, axes) => pooled(context, x, axes, 'average')),
  ReduceMax: reduce((context, x, axes) => pooled(context, x, axes, 'max')),
  ReduceMin: reduce(smallest),
  ReduceSum: reduce(sum),
  ReduceL1: reduce((context, x, axes) => norm(context, x, axes, 1)),
  ReduceL2: reduce((context, x, axes) => norm(context, x, axes, 2)),
  ReduceSumSquare: reduce((context, x, axes) => sum(context, magnitude(context, x, 2), axes)),
  ReduceLogSum: reduce((context, x, axes) => context.activation('logarithm', sum(context, x, axes))),
  ReduceLogSumExp: reduce(logSumExp),
  GlobalLpPool: globalNorm,
};
