import { numbersOf } from '../constant-tensor.ts';
import {
  flattenedDims,
  reshapedDims,
  slicesOf,
  splitLengths,
  squeezedDims,
  unsqueezedDims,
  type AxisSlice,
} from '../fold-shapes.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { elementTypeOf } from '../tensor-values.ts';
import { dimsOf, isSame, layoutOf, preferredOrder, product, type Dims } from '../layout.ts';
import { NoRule, type NodeContext, type NodeRule } from '../node-context.ts';
import { alongAxis } from './along-axis.ts';

export const identity: NodeRule = (context) => context.map({ kind: 'identity' }, context.tensor(0));

function reshapeTo(toDims: (dims: Dims, context: NodeContext) => Dims | null): NodeRule {
  return (context) => {
    const x = context.tensor(0);
    const own = dimsOf(x.layout);
    const dims = toDims(own, context);
    if (!dims || product(dims) !== product(own)) {
      throw new NoRule(
        `[${own.join(', ')}] does not go into the shape that it asks for (for one input: the file may hold a larger batch)`,
      );
    }
    return named(context, x, context.builder.reshapeTensor(x, dims));
  };
}

/** A node of its own for what a node of the file yields, where nothing had to be done for it. */
export function named(context: NodeContext, before: GraphTensor, after: GraphTensor): GraphTensor {
  return after.node === before.node ? context.map({ kind: 'identity' }, after) : after;
}

const transpose: NodeRule = (context) => {
  const x = context.tensor(0);
  const rank = context.dims().length;
  const perm = context.attributes.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  if (
    !isSame(
      perm.toSorted((a, b) => a - b),
      axes,
    )
  )
    throw new NoRule(`[${perm.join(', ')}] is no order of its axes`);
  const moved = context.builder.transpose(x, perm);
  return named(context, x, context.builder.asAxes(moved));
};

const concat: NodeRule = (context) => {
  const tensors = context.inputs.map((_, i) => context.tensor(i));
  return joinAlong(context, tensors, context.axis(context.dims().length, context.attributes.int('axis', 0)));
};

/** Tensors one after the other along an axis. */
export function joinAlong(context: NodeContext, tensors: readonly GraphTensor[], axis: number): GraphTensor {
  const [first] = tensors;
  if (!first) throw new NoRule('it joins nothing');
  const own = dimsOf(first.layout);
  const fits = tensors.every(
    ({ layout }) =>
      layout.axes.length === own.length && isSame(dimsOf(layout).with(axis, 1), own.with(axis, 1)),
  );
  if (!fits) throw new NoRule('shapes of its inputs do not fit');
  const total = tensors.reduce((sum, { layout }) => sum + (dimsOf(layout)[axis] ?? 0), 0);
  const dims = own.with(axis, total);
  const widest = tensors.reduce((best, tensor) =>
    best.layout.memory.length < tensor.layout.memory.length ? tensor : best,
  );
  const found = preferredOrder(widest.layout);
  const order = found.includes(axis) ? found : [axis, ...found];
  const nodes = tensors.map((tensor) =>
    context.builder.lay(
      tensor,
      order.map((each) => [each]),
    ),
  );
  const shape = order.map((each) => dims[each] ?? 1);
  const operation = { kind: 'concatenate', axis: order.indexOf(axis) } as const;
  return { node: context.add(operation, nodes, shape), layout: layoutOf(dims, order) };
}

/** Some cells along one axis, one after the other. */
export function cropAxis(
  context: NodeContext,
  tensor: GraphTensor,
  axis: number,
  start: number,
  length: number,
): GraphTensor {
  const { builder } = context;
  const dims = dimsOf(tensor.layout);
  const { node, order } = builder.asAxes(tensor);
  const shape = builder.shape(node);
  const place = order.indexOf(axis);
  const result = shape.with(place, length);
  const layout = layoutOf(dims.with(axis, length), order);
  const last = shape.length - 1;
  if (place < last && last <= 2) {
    const before = shape.slice(0, last).map((_, i) => (i === place ? start : 0));
    return { node: context.add({ kind: 'crop', before }, [node], result), layout };
  }
  // Along channels, or behind many axes: as positions of one channel, with the axes before and behind as one each.
  const [outer, inner] = [product(shape.slice(0, place)), product(shape.slice(place + 1))];
  const whole = builder.reshape(node, [outer, shape[place] ?? 1, inner]);
  const cropped = context.add({ kind: 'crop', before: [0, start] }, [whole], [outer, length, inner]);
  return { node: builder.reshape(cropped, result), layout };
}

const split: NodeRule = (context) => {
  const x = context.tensor(0);
  const dims = context.dims();
  const axis = context.axis(dims.length, context.attributes.int('axis', 0));
  const lengths = splitLengths(dims[axis] ?? 1, context.list(1, 'split'), context.node.outputs.length);
  if (!lengths) throw new NoRule('its parts do not fit');
  let start = 0;
  return lengths.map((length) => {
    const part = cropAxis(context, x, axis, start, length);
    start += length;
    return part;
  });
};

export function takeSlices(
  context: NodeContext,
  tensor: GraphTensor,
  slices: readonly AxisSlice[],
): GraphTensor {
  const dims = dimsOf(tensor.layout);
  if (slices.some(({ length }) => length < 1)) throw new NoRule('it leaves nothing');
  const cut = slices.reduce((x, { start, length, step }, axis) => {
    const span = (length - 1) * step + 1;
    if (step < 1) throw new NoRule('it turns an axis round');
    return start === 0 && span === dims[axis] ? x : cropAxis(context, x, axis, start, span);
  }, tensor);
  const strided = slices.flatMap(({ step, length }, axis) => (step > 1 && length > 1 ? [axis] : []));
  return strided.reduce((x, axis) => everyCell(context, x, axis, slices[axis]?.step ?? 1), cut);
}

/** Every `step`-th cell along an axis: the maxima of windows of one cell. */
function everyCell(context: NodeContext, tensor: GraphTensor, axis: number, step: number): GraphTensor {
  const { builder } = context;
  const dims = dimsOf(tensor.layout);
  const { node, order } = builder.asAxes(tensor);
  const shape = builder.shape(node);
  const place = order.indexOf(axis);
  const count = Math.ceil((dims[axis] ?? 1) / step);
  const whole = builder.reshape(node, [
    product(shape.slice(0, place)),
    shape[place] ?? 1,
    product(shape.slice(place + 1)),
  ]);
  const [outer = 1, , inner = 1] = builder.shape(whole);
  const operation = {
    kind: 'pool',
    reduction: 'max',
    window: [1, 1],
    strides: [1, step],
    padBefore: [0, 0],
  } as const;
  const taken = context.add(operation, [whole], [outer, count, inner]);
  return {
    node: builder.reshape(taken, shape.with(place, count)),
    layout: layoutOf(dims.with(axis, count), order),
  };
}

const slice: NodeRule = (context) => {
  const x = context.tensor(0);
  const dims = context.dims();
  const starts = context.list(1, 'starts') ?? [];
  const ends = context.list(2, 'ends') ?? [];
  const axes = context.list(3, 'axes') ?? starts.map((_, i) => i);
  const given = context.optional(4);
  const slices = slicesOf(dims, starts, ends, axes, given ? numbersOf(given) : [], context.node.name);
  return named(context, x, takeSlices(context, x, slices));
};

/** Stretches of places up to which they are cut out one by one. */
const MOST_STRETCHES = 8;

/** Cells along an axis: in regular steps, in a few stretches, or in any order. */
const gather: NodeRule = (context) => {
  const x = context.tensor(0);
  const dims = context.dims();
  const axis = context.axis(dims.length, context.attributes.int('axis', 0));
  const length = dims[axis] ?? 1;
  const indices = context.constant(1);
  const cells = numbersOf(indices).map((index) => (index < 0 ? index + length : index));
  if (cells.length === 0 || cells.some((cell) => !(cell >= 0 && cell < length)))
    throw new NoRule('it takes nothing, or places that there are not');
  const result = [...dims.slice(0, axis), ...indices.dims, ...dims.slice(axis + 1)];
  return named(context, x, context.builder.reshapeTensor(takeCells(context, x, axis, cells), result));
};

function takeCells(
  context: NodeContext,
  tensor: GraphTensor,
  axis: number,
  cells: readonly number[],
): GraphTensor {
  const dims = dimsOf(tensor.layout);
  const length = dims[axis] ?? 1;
  const [first = 0, second = first + 1] = cells;
  const step = second - first;
  if (step >= 1 && cells.every((cell, i) => cell === first + i * step)) {
    const whole = dims.map((own, i) =>
      i === axis ? { start: first, length: cells.length, step } : { start: 0, length: own, step: 1 },
    );
    return takeSlices(context, tensor, whole);
  }
  const stretches = stretchesOf(cells);
  if (stretches.length <= MOST_STRETCHES) {
    const parts = stretches.map(({ start, count }) => cropAxis(context, tensor, axis, start, count));
    return joinAlong(context, parts, axis);
  }
  const matrix = new Float32Array(length * cells.length);
  cells.forEach((cell, place) => (matrix[cell * cells.length + place] = 1));
  return alongAxis(context, tensor, axis, cells.length, matrix);
}

/** Neighbors that stay neighbors. */
function stretchesOf(cells: readonly number[]): { readonly start: number; readonly count: number }[] {
  const stretches: { start: number; count: number }[] = [];
  for (const cell of cells) {
    const last = stretches.at(-1);
    if (last && cell === last.start + last.count) last.count += 1;
    else stretches.push({ start: cell, count: 1 });
  }
  return stretches;
}

/** Operators that move, take or put numbers and compute nothing. */
export const moveRules: Readonly<Record<string, NodeRule>> = {
  Identity: identity,
  Dropout: (context) => {
    if (context.readsMore) throw new NoRule('its mask is asked for');
    return identity(context);
  },
  Cast: (context) => {
    if (elementTypeOf(context.attributes.int('to', 1)) !== 'float')
      throw new NoRule('it makes whole numbers');
    return identity(context);
  },
  Flatten: reshapeTo((dims, { attributes }) => {
    const axis = attributes.int('axis', 1);
    return flattenedDims(dims, axis < 0 ? axis + dims.length : axis);
  }),
  Reshape: reshapeTo((dims, context) =>
    reshapedDims(dims, numbersOf(context.constant(1)), context.attributes.int('allowzero', 0) === 1),
  ),
  Squeeze: reshapeTo((dims, context) => squeezedDims(dims, context.list(1, 'axes'), context.node.name)),
  Unsqueeze: reshapeTo((dims, context) =>
    unsqueezedDims(dims, context.list(1, 'axes') ?? [], context.node.name),
  ),
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
};
