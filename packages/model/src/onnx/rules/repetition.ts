import { broadcastDims, numbersOf } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, isSame, layoutOf, product } from '../layout.ts';
import { NoRule, type NodeContext, type NodeRule } from '../node-context.ts';
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

const expand: NodeRule = (context) => {
  const x = context.tensor(0);
  const own = context.dims();
  const target = broadcastDims(own, numbersOf(context.constant(1)));
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
};

const tile: NodeRule = (context) => {
  const x = context.tensor(0);
  const own = context.dims();
  const repeats = numbersOf(context.constant(1));
  if (repeats.length !== own.length || repeats.some((count) => !(count >= 1)))
    throw new NoRule('its repeats do not fit');
  const result = repeats.reduce((tensor, count, axis) => {
    if (count === 1) return tensor;
    const dims = dimsOf(tensor.layout);
    const split = context.builder.reshapeTensor(tensor, [...dims.slice(0, axis), 1, ...dims.slice(axis)]);
    const repeated = repeatAxis(context, split, axis, count);
    return context.builder.reshapeTensor(repeated, dims.with(axis, count * (dims[axis] ?? 1)));
  }, x);
  return named(context, x, isSame(dimsOf(result.layout), own) ? x : result);
};

/** Operators that give the same numbers several times. */
export const repetitionRules: Readonly<Record<string, NodeRule>> = { Expand: expand, Tile: tile };
