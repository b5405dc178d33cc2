import type { PoolReduction } from '@ablation-cam/kernels';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf, product } from '../layout.ts';
import type { NodeContext } from '../node-context.ts';

export type Reduction = 'mean' | 'max' | 'min' | 'sum';

/**
 * Reduces a tensor over some axes, which are put in front of the others for that.
 *
 * @param over negative ones are counted from the end; all where none are given
 */
export function reduceAxes(
  context: NodeContext,
  tensor: GraphTensor,
  reduction: Reduction,
  over: readonly number[] | null,
  keepsDims: boolean,
): GraphTensor {
  const { builder } = context;
  const dims = dimsOf(tensor.layout);
  const axes = (over ?? dims.map((_, axis) => axis)).map((axis) => context.axis(dims.length, axis));
  // min(x) = -max(-x)
  const x = reduction === 'min' ? context.affine(tensor, -1, 0) : tensor;
  const order = context.builder.preferredOrder(x.layout);
  const reduced = order.filter((axis) => axes.includes(axis));
  const kept = order.filter((axis) => !axes.includes(axis));
  const result = dims.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const count = product(reduced.map((axis) => dims[axis] ?? 1));
  const source = builder.lay(x, [...reduced.map((axis) => [axis]), kept]);
  const pooling: PoolReduction = reduction === 'max' || reduction === 'min' ? 'max' : 'average';
  const pooled = context.add(
    { kind: 'global-pool', reduction: pooling },
    [source],
    [...reduced.map(() => 1), product(result)],
  );
  // Axes of length 1 stay where they were.
  const node = builder.reshape(
    pooled,
    order.map((axis) => result[axis] ?? 1),
  );
  const whole = { node, layout: layoutOf(result, order) };
  const factor = reduction === 'min' ? -1 : reduction === 'sum' ? count : 1;
  const scaled = factor === 1 ? whole : context.affine(whole, factor, 0);
  return keepsDims
    ? scaled
    : builder.reshapeTensor(
        scaled,
        dims.filter((_, axis) => !axes.includes(axis)),
      );
}
