import { floatsOf, permuteValues, type ConstantTensor } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, factorsOf, layoutOf, withoutAxis } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';

interface Rows {
  /** `[...others, inputs]` */
  readonly node: number;
  /** axes of the others. */
  readonly others: readonly number[];
  /** Lengths of the factors of the last axis in the file's order, and the order in which they lie in memory. */
  readonly factors: readonly number[];
  readonly memory: readonly number[];
}

/**
 * The tensor as rows of its last axis. Where the axis' factors lie at the end of memory in another order, as behind a flattened
 * feature map of channels last, they stay there, and the weights' rows are moved instead.
 */
function rowsOf({ builder }: NodeContext, tensor: GraphTensor): Rows {
  const { layout } = tensor;
  const dims = dimsOf(layout);
  const last = dims.length - 1;
  const own = factorsOf(layout, last);
  const tail = layout.memory.slice(layout.memory.length - own.length);
  const isBehind = tail.every((factor) => own.includes(factor));
  const others = builder.preferredOrder(withoutAxis(layout, last)).filter((axis) => axis !== last);
  const outer = others.flatMap((axis) => factorsOf(layout, axis));
  const inner = isBehind ? tail : own;
  const moved = builder.move(tensor.node, layout, [...outer, ...inner]);
  const node = builder.reshape(moved, [...others.map((axis) => dims[axis] ?? 1), dims[last] ?? 1]);
  const factors = own.map((factor) => layout.factors[factor] ?? 1);
  return { node, others, factors, memory: inner.map((factor) => own.indexOf(factor)) };
}

/**
 * `x W + b` over the last axis.
 *
 * @param weights `[inputs, units]`, or `[units, inputs]` where `isTransposed`
 */
export function dense(
  context: NodeContext,
  tensor: GraphTensor,
  weights: ConstantTensor,
  {
    isTransposed = false,
    scale = 1,
    bias = null,
  }: { isTransposed?: boolean; scale?: number; bias?: Float32Array | null },
): GraphTensor {
  const { node, others, factors, memory } = rowsOf(context, tensor);
  const dims = dimsOf(tensor.layout);
  const [first = 1, second = 1] = weights.dims;
  const [inputs, units] = isTransposed ? [second, first] : [first, second];
  if (weights.dims.length !== 2 || inputs !== dims.at(-1)) {
    throw new NoRule(`its weights [${weights.dims.join(', ')}] do not fit its input [${dims.join(', ')}]`);
  }
  const key = JSON.stringify(['dense', isTransposed, factors, memory, scale]);
  const kernel = context.memo.of(weights, key, () => {
    const values = floatsOf(weights);
    const moved = isTransposed
      ? permuteValues(values, [units, ...factors], [...memory.map((place) => place + 1), 0])
      : permuteValues(values, [...factors, units], [...memory, factors.length]);
    return scale === 1 ? moved : moved.map((value) => value * scale);
  });
  const result = context.add(
    { kind: 'dense', units, kernel, bias },
    [node],
    [...others.map((axis) => dims[axis] ?? 1), units],
  );
  return { node: result, layout: layoutOf(dims.with(-1, units), [...others, dims.length - 1]) };
}

/** The product with a constant matrix over the last axis; axes of length 1 in front of the matrix do not count. */
export function product2d(
  context: NodeContext,
  tensor: GraphTensor,
  weights: ConstantTensor,
  options: Parameters<typeof dense>[3] = {},
): GraphTensor {
  const extra = weights.dims.slice(0, -2);
  if (
    weights.dims.length < 2 ||
    extra.some((length) => length !== 1) ||
    extra.length > dimsOf(tensor.layout).length - 2
  ) {
    throw new NoRule(`its second factor [${weights.dims.join(', ')}] is no matrix`);
  }
  const matrix = extra.length === 0 ? weights : { ...weights, dims: weights.dims.slice(-2) };
  return dense(context, tensor, matrix, options);
}
