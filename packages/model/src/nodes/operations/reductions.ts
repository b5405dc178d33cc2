import type { PoolReduction } from '@ablation-cam/kernels';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf, product } from '../layout.ts';
import type { NodeContext } from '../node-context.ts';

/** Something over some axes, which keep the length 1. */
export type Reduction = (context: NodeContext, x: GraphTensor, axes: readonly number[]) => GraphTensor;

export const mean = pooled('average');

export const largest = pooled('max');

/** min(x) = -max(-x) */
export const smallest: Reduction = (context, x, axes) =>
  context.affine(largest(context, context.affine(x, -1, 0), axes), -1, 0);

export const sum: Reduction = (context, x, axes) => {
  const dims = dimsOf(x.layout);
  const count = product(axes.map((axis) => dims[axis] ?? 1));
  const result = mean(context, x, axes);
  return count === 1 ? result : context.affine(result, count, 0);
};

/** The axes are put in front of the others for that. */
function pooled(reduction: PoolReduction): Reduction {
  return (context, x, axes) => {
    const { builder } = context;
    const dims = dimsOf(x.layout);
    const order = builder.preferredOrder(x.layout);
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
  };
}

/**
 * Reduces a tensor over some axes.
 *
 * @param over negative ones are counted from the end; all where none are given
 */
export function reduceAxes(
  context: NodeContext,
  x: GraphTensor,
  reduction: Reduction,
  over: readonly number[] | null,
  keepsDims: boolean,
): GraphTensor {
  const dims = dimsOf(x.layout);
  const axes = (over ?? dims.map((_, axis) => axis)).map((axis) => context.axis(dims.length, axis));
  const whole = reduction(context, x, axes);
  if (keepsDims) return whole;
  return context.builder.reshapeTensor(
    whole,
    dims.filter((_, axis) => !axes.includes(axis)),
  );
}
