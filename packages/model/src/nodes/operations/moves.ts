import { numbersOf, type ConstantTensor } from '../constant-tensor.ts';
import type { AxisSlice } from '../dims.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, isSame, layoutOf, product, type Dims } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';
import { alongAxis } from './along-axis.ts';

/** The tensor as another one, which may be ablated apart from it. */
export function identity(context: NodeContext, x: GraphTensor): GraphTensor {
  return context.map({ kind: 'identity' }, x);
}

/** @param dims null where they do not hold as many values */
export function reshapeTo(context: NodeContext, x: GraphTensor, dims: Dims | null): GraphTensor {
  const own = dimsOf(x.layout);
  if (!dims || product(dims) !== product(own)) {
    throw new NoRule(
      `[${own.join(', ')}] does not go into the shape that it asks for (for one input: the file may hold a larger batch)`,
    );
  }
  return named(context, x, context.builder.reshapeTensor(x, dims));
}

/** A node of its own for what a node of the file yields, where nothing had to be done for it. */
export function named(context: NodeContext, before: GraphTensor, after: GraphTensor): GraphTensor {
  return after.node === before.node ? identity(context, after) : after;
}

/** New axis i is the old axis `perm[i]`. */
export function transposeAxes(context: NodeContext, x: GraphTensor, perm: readonly number[]): GraphTensor {
  const axes = dimsOf(x.layout).map((_, axis) => axis);
  if (
    !isSame(
      perm.toSorted((a, b) => a - b),
      axes,
    )
  )
    throw new NoRule(`[${perm.join(', ')}] is no order of its axes`);
  const moved = context.builder.transpose(x, perm);
  return named(context, x, context.builder.asAxes(moved));
}

/** Tensors joined along an axis, which may be counted from the end. */
export function joinAlong(context: NodeContext, tensors: readonly GraphTensor[], along: number): GraphTensor {
  const [first] = tensors;
  if (!first) throw new NoRule('it joins nothing');
  const own = dimsOf(first.layout);
  const axis = context.axis(own.length, along);
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
  const found = context.builder.preferredOrder(widest.layout);
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
function cropAxis(
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

/** Parts along an axis, one after the other. */
export function splitAlong(
  context: NodeContext,
  x: GraphTensor,
  axis: number,
  lengths: readonly number[] | null,
): GraphTensor[] {
  if (!lengths) throw new NoRule('its parts do not fit');
  let start = 0;
  return lengths.map((length) => {
    const part = cropAxis(context, x, axis, start, length);
    start += length;
    return part;
  });
}

/** What is taken of each axis, in steps forward. */
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

/** Cells along an axis, in any order and as often as they are named; negative ones are counted from the end. */
export function gatherCells(
  context: NodeContext,
  x: GraphTensor,
  indices: ConstantTensor,
  along: number,
): GraphTensor {
  const dims = dimsOf(x.layout);
  const axis = context.axis(dims.length, along);
  const length = dims[axis] ?? 1;
  const cells = numbersOf(indices).map((index) => (index < 0 ? index + length : index));
  if (cells.length === 0 || cells.some((cell) => !(cell >= 0 && cell < length)))
    throw new NoRule('it takes nothing, or places that there are not');
  const result = [...dims.slice(0, axis), ...indices.dims, ...dims.slice(axis + 1)];
  return named(context, x, context.builder.reshapeTensor(takeCells(context, x, axis, cells), result));
}

/** Stretches of places up to which they are cut out one by one. */
const MOST_STRETCHES = 8;

/** The cells of an axis that there are: in regular steps, in a few stretches, or in any order. */
export function takeCells(
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
    const parts = stretches.map(({ start, count }) =>
      count === length ? tensor : cropAxis(context, tensor, axis, start, count),
    );
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
