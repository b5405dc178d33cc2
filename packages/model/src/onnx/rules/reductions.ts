import type { PoolReduction } from '@ablation-cam/kernels';
import { layoutOf, preferredOrder, product } from '../layout.ts';
import { NoRule, type NodeRule } from '../node-context.ts';

/** The largest or mean value over some axes, which are put in front of the others for that; times a number. */
function reduce(reduction: PoolReduction, factorOf: (count: number) => number = () => 1): NodeRule {
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
    const order = preferredOrder(x.layout);
    const reduced = order.filter((axis) => axes.includes(axis));
    const kept = order.filter((axis) => !axes.includes(axis));
    const result = dims.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const count = product(reduced.map((axis) => dims[axis] ?? 1));
    const source = builder.lay(x, [...reduced.map((axis) => [axis]), kept]);
    const pooled = context.add(
      { kind: 'global-pool', reduction },
      [source],
      [...reduced.map(() => 1), product(result)],
    );
    const keepsDims = attributes.int('keepdims', 1) === 1;
    // Axes of length 1 stay where they were.
    const node = builder.reshape(
      pooled,
      order.map((axis) => result[axis] ?? 1),
    );
    const whole = { node, layout: layoutOf(result, order) };
    const scaled = factorOf(count) === 1 ? whole : context.affine(whole, factorOf(count), 0);
    return keepsDims
      ? scaled
      : builder.reshapeTensor(
          scaled,
          dims.filter((_, axis) => !axes.includes(axis)),
        );
  };
}

export const reductionRules: Readonly<Record<string, NodeRule>> = {
  ReduceMean: reduce('average'),
  ReduceMax: reduce('max'),
  ReduceSum: reduce('average', (count) => count),
  ReduceMin: () => {
    throw new NoRule('smallest values have no operation here');
  },
};
