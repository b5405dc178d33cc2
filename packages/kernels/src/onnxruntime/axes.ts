import type { ProgramShape } from '../lowering/length.ts';
import { isSameLength } from '../lowering/length.ts';
import type { PrimitiveOf } from '../lowering/primitives.ts';
import { lengthOf, storedAxes, withRank, type Factors } from './layout.ts';
import type { ModelTensor, StoredTensor, TensorWriter } from './tensor-writer.ts';

/** A tensor with a dimension for each axis, in the order in which they are stored. */
interface ByAxes {
  readonly name: string;
  /** The axis of each dimension. */
  readonly order: readonly number[];
}

/** @param order of the axes; that in which they are stored where it is left out */
function byAxes(writer: TensorWriter, tensor: ModelTensor, order = storedAxes(tensor.layout)): ByAxes {
  const { axes } = tensor.layout;
  return {
    name: writer.arranged(
      tensor,
      order.map((axis) => axes[axis] ?? []),
    ),
    order,
  };
}

/** The result of an operation that changed the lengths of some axes. */
function result(
  writer: TensorWriter,
  name: string,
  { layout: { axes } }: Pick<ModelTensor, 'layout'>,
  order: readonly number[],
  shape: ProgramShape,
): StoredTensor {
  const now = shape.map((length, axis): Factors => {
    const own = axes[axis] ?? [];
    return isSameLength(lengthOf(own), writer.length(length)) ? own : writer.factors(length);
  });
  return writer.stored(
    name,
    now,
    order.map((axis) => now[axis] ?? []),
  );
}

export function sliced(
  writer: TensorWriter,
  { starts, steps }: PrimitiveOf<'slice'>,
  x: ModelTensor,
  shape: ProgramShape,
): StoredTensor {
  const { name, order } = byAxes(writer, x);
  const cut = order.flatMap((axis, dim) => {
    const length = writer.length(shape[axis] ?? 1);
    if (typeof length !== 'number' || isSameLength(lengthOf(x.layout.axes[axis] ?? []), length)) return [];
    const [start, step] = [starts[axis] ?? 0, steps[axis] ?? 1];
    return [{ dim, start, end: start + (length - 1) * step + 1, step }];
  });
  if (cut.length === 0) return result(writer, name, x, order, shape);
  const list = (f: (part: (typeof cut)[number]) => number): string => writer.model.integers(cut.map(f));
  const inputs = [
    name,
    list(({ start }) => start),
    list(({ end }) => end),
    list(({ dim }) => dim),
    list(({ step }) => step),
  ];
  return result(writer, writer.model.add('Slice', inputs), x, order, shape);
}

export function padded(
  writer: TensorWriter,
  { before, after }: PrimitiveOf<'pad'>,
  x: ModelTensor,
  shape: ProgramShape,
): StoredTensor {
  const { name, order } = byAxes(writer, x);
  const counts = [before, after].flatMap((ends) => order.map((axis) => ends[axis] ?? 0));
  const zeros = writer.model.add('Pad', [name, writer.model.integers(counts)]);
  return result(writer, zeros, x, order, shape);
}

export function picked(
  writer: TensorWriter,
  axis: number,
  x: ModelTensor,
  indices: ModelTensor,
  shape: ProgramShape,
): StoredTensor {
  const { name, order } = byAxes(writer, x);
  const places = writer.arranged(indices, [indices.layout.axes.flat()]);
  const found = writer.model.add('Gather', [name, places], { axis: order.indexOf(axis) });
  const { axes } = x.layout;
  // Other cells than before, even where they are as many.
  const others = { layout: { axes: axes.map((own, i) => (i === axis ? [] : own)), dims: [] } };
  return result(writer, found, others, order, shape);
}

export function joinAlong(
  writer: TensorWriter,
  axis: number,
  tensors: readonly ModelTensor[],
  shape: ProgramShape,
): StoredTensor {
  const first =
    tensors.find(({ kind, layout }) => kind === 'stored' && (layout.axes[axis]?.length ?? 0) > 0) ??
    tensors[0];
  if (!first) throw new RangeError('Nothing to put together.');
  const order = storedAxes(first.layout);
  const names = tensors.map((tensor) => byAxes(writer, tensor, order).name);
  const joined = writer.model.add('Concat', names, { axis: order.indexOf(axis) });
  return result(writer, joined, first, order, shape);
}

export function repeated(writer: TensorWriter, x: ModelTensor, shape: ProgramShape): StoredTensor {
  const ranked = { ...x, layout: withRank(x.layout, shape.length) };
  const { name, order } = byAxes(writer, ranked);
  const lengths = order.map((axis) => {
    const length = writer.length(shape[axis] ?? 1);
    // A length of 1 keeps what is there.
    return isSameLength(lengthOf(ranked.layout.axes[axis] ?? []), length) ? 1 : length;
  });
  return result(writer, writer.model.add('Expand', [name, writer.lengths(lengths)]), ranked, order, shape);
}

export function resized(
  writer: TensorWriter,
  { coordinates }: PrimitiveOf<'resize-bilinear'>,
  x: ModelTensor,
  shape: ProgramShape,
): StoredTensor {
  const order = [0, 3, 1, 2];
  const { name } = byAxes(writer, x, order);
  // All four of them: the runtime loses the sizes of named axes when it moves an exchange of axes past the operation.
  const sizes = writer.lengths(order.map((axis) => writer.length(shape[axis] ?? 1)));
  const found = writer.model.add('Resize', [name, '', '', sizes], {
    mode: 'linear',
    coordinate_transformation_mode: coordinates.replace('-', '_'),
  });
  return result(writer, found, x, order, shape);
}
