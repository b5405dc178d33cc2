import { broadcastDims, type ConstantTensor } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, isSame, layoutOf, product, type Dims } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';
import { named } from './moves.ts';

/** An axis of length 1 with so many copies; they lie behind each other in memory. */
function repeatAxis(context: NodeContext, tensor: GraphTensor, axis: number, count: number): GraphTensor {
  const { builder } = context;
  const { node, order } = builder.asAxes(tensor);
  const dims = dimsOf(tensor.layout);
  const size = product(dims);
  const repeated = context.add({ kind: 'repeat' }, [builder.reshape(node, [size])], [count, size]);
  const others = order.filter((other) => other !== axis);
  const result = dims.with(axis, count);
  const shape = [count, ...others.map((other) => dims[other] ?? 1)];
  return { node: builder.reshape(repeated, shape), layout: layoutOf(result, [axis, ...others]) };
}

/** Repeated along axes of length 1 to what it makes with a shape. */
export function expandTo(context: NodeContext, x: GraphTensor, shape: Dims): GraphTensor {
  const own = dimsOf(x.layout);
  const target = broadcastDims(own, shape);
  if (!target) throw new NoRule('its shape does not fit');
  const missing = target.length - own.length;
  const filled =
    missing > 0 ? context.builder.reshapeTensor(x, [...new Array<number>(missing).fill(1), ...own]) : x;
  const result = target.reduce(
    (tensor, length, axis) =>
      dimsOf(tensor.layout)[axis] === length ? tensor : repeatAxis(context, tensor, axis, length),
    filled,
  );
  return named(context, x, result);
}

/** Repeated to what it makes with a constant that is larger, or that has more axes. */
export function grownTo(context: NodeContext, x: GraphTensor, { dims }: ConstantTensor): GraphTensor {
  const own = dimsOf(x.layout);
  const target = broadcastDims(own, dims);
  return target && isSame(target, own) ? x : expandTo(context, x, dims);
}

/** Each axis so many times. */
export function tile(context: NodeContext, x: GraphTensor, repeats: readonly number[]): GraphTensor {
  const { builder } = context;
  if (repeats.length !== dimsOf(x.layout).length || repeats.some((count) => !(count >= 1)))
    throw new NoRule('its repeats do not fit');
  const result = repeats.reduce((tensor, count, axis) => {
    if (count === 1) return tensor;
    const dims = dimsOf(tensor.layout);
    const split = builder.reshapeTensor(tensor, [...dims.slice(0, axis), 1, ...dims.slice(axis)]);
    const repeated = repeatAxis(context, split, axis, count);
    return builder.reshapeTensor(repeated, dims.with(axis, count * (dims[axis] ?? 1)));
  }, x);
  return named(context, x, result);
}
