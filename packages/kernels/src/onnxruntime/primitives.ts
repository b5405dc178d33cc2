import type { ProgramShape } from '../lowering/length.ts';
import type { BinaryFunction, Primitive, PrimitiveOf } from '../lowering/primitives.ts';
import { joinAlong, padded, picked, repeated, resized, sliced } from './axes.ts';
import { binary } from './broadcasting.ts';
import { multiplied } from './mat-mul.ts';
import { lengthOf, permuted, plainLayout, reshaped, withOwnFactors, type Factors } from './layout.ts';
import type { ModelTensor, TensorWriter } from './tensor-writer.ts';
import { convolved, convolvedDepthwise, pooled } from './windows.ts';

/**
 * A primitive as ONNX operations.
 *
 * @param shape of the result
 */
type Row<Kind extends Primitive['kind']> = (
  operation: PrimitiveOf<Kind>,
  inputs: readonly ModelTensor[],
  shape: ProgramShape,
  writer: TensorWriter,
) => ModelTensor;

const BINARY = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  maximum: 'Max',
  minimum: 'Min',
  equal: 'Equal',
} as const satisfies Record<BinaryFunction, string>;

/** The number that ONNX has for float32 as the type to cast to. */
const FLOAT = 1;

/** What ONNX Runtime does for each primitive. */
const PRIMITIVES: { readonly [Kind in Primitive['kind']]: Row<Kind> } = {
  convolution: (window, inputs, shape, writer) =>
    convolved(writer, window, at(inputs, 0), at(inputs, 1), shape),
  depthwise: (window, inputs, shape, writer) =>
    convolvedDepthwise(writer, window, at(inputs, 0), at(inputs, 1), shape),
  pool: (window, inputs, shape, writer) => pooled(writer, window, at(inputs, 0), shape),
  'mat-mul': ({ skipsZeros }, inputs, _, writer) =>
    multiplied(writer, at(inputs, 0), at(inputs, 1), skipsZeros),
  reduce: ({ reduction, axes }, inputs, _, writer) => reduced(writer, at(inputs, 0), reduction, axes),
  softmax: ({ log }, inputs, _, writer) => softmax(writer, at(inputs, 0), log),
  unary: ({ function: name, alpha }, inputs, _, writer) => unary(writer, name, at(inputs, 0), alpha),
  binary: ({ function: name }, inputs, _, writer) => {
    const result = binary(writer, BINARY[name], at(inputs, 0), at(inputs, 1));
    if (name !== 'equal') return result;
    return { ...result, name: writer.model.add('Cast', [result.name], { to: FLOAT }) };
  },
  reshape: (_, inputs, shape, writer) => {
    const x = at(inputs, 0);
    const layout = reshaped(x.layout, shape, writer.variants);
    if (layout) return { ...x, layout };
    // The cells have to move.
    const { axes, dims } = plainLayout(shape, writer.variants);
    const plain = writer.plain(x);
    const lengths = dims.map(lengthOf).map((length) => (typeof length === 'number' ? length : -1));
    return writer.stored(
      writer.model.add('Reshape', [plain.name, writer.model.integers(lengths)]),
      axes,
      dims,
    );
  },
  transpose: ({ axes }, inputs) => {
    const x = at(inputs, 0);
    return { ...x, layout: permuted(x.layout, axes) };
  },
  slice: (operation, inputs, shape, writer) => sliced(writer, operation, at(inputs, 0), shape),
  concat: ({ axis }, inputs, shape, writer) => joinAlong(writer, axis, inputs, shape),
  pad: (operation, inputs, shape, writer) => padded(writer, operation, at(inputs, 0), shape),
  gather: ({ axis }, inputs, shape, writer) => picked(writer, axis, at(inputs, 0), at(inputs, 1), shape),
  'resize-bilinear': (operation, inputs, shape, writer) => resized(writer, operation, at(inputs, 0), shape),
  expand: (_, inputs, shape, writer) => repeated(writer, at(inputs, 0), shape),
};

/** Writes a primitive; returns its result. */
export function writePrimitive<Kind extends Primitive['kind']>(
  operation: PrimitiveOf<Kind> & { readonly kind: Kind },
  inputs: readonly ModelTensor[],
  shape: ProgramShape,
  writer: TensorWriter,
): ModelTensor {
  const row: Row<Kind> = PRIMITIVES[operation.kind];
  // Of one origin, two tensors may hold the same factor in axes that this operation does not run together.
  const apart = inputs.map((x) => ({ ...x, layout: withOwnFactors(x.layout) }));
  return row(operation, apart, shape, writer);
}

const UNARY = {
  relu: 'Relu',
  'leaky-relu': 'LeakyRelu',
  elu: 'Elu',
  'thresholded-relu': 'ThresholdedRelu',
  clip: 'Clip',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softplus: 'Softplus',
  erf: 'Erf',
  exponential: 'Exp',
  absolute: 'Abs',
  negate: 'Neg',
  'square-root': 'Sqrt',
  logarithm: 'Log',
  power: 'Pow',
} as const satisfies Record<PrimitiveOf<'unary'>['function'], string>;

const WITH_ALPHA: ReadonlySet<string> = new Set(['leaky-relu', 'elu', 'thresholded-relu']);

function unary(
  writer: TensorWriter,
  name: PrimitiveOf<'unary'>['function'],
  x: ModelTensor,
  alpha: number,
): ModelTensor {
  const { axes, dims } = x.layout;
  const settings = { clip: [0, alpha], power: [alpha] };
  const numbers = name === 'clip' || name === 'power' ? settings[name] : [];
  const inputs = [writer.arranged(x, dims), ...numbers.map((number) => writer.numbers([number], []))];
  const attributes = WITH_ALPHA.has(name) ? { alpha } : {};
  return writer.stored(writer.model.add(UNARY[name], inputs, attributes), axes, dims);
}

function reduced(
  writer: TensorWriter,
  x: ModelTensor,
  reduction: 'max' | 'average',
  axes: readonly number[],
): ModelTensor {
  const { layout } = x;
  const over = new Set(axes.flatMap((axis) => layout.axes[axis] ?? []));
  const isMixed = layout.dims.some(
    (group) => group.some((f) => over.has(f)) && !group.every((f) => over.has(f)),
  );
  const dims: readonly Factors[] = isMixed ? layout.dims.flat().map((factor) => [factor]) : layout.dims;
  const gone = dims.flatMap((group, i) => (group.some((factor) => over.has(factor)) ? [i] : []));
  const name = writer.model.add(
    reduction === 'max' ? 'ReduceMax' : 'ReduceMean',
    [writer.arranged(x, dims), writer.model.integers(gone)],
    { keepdims: 0 },
  );
  return writer.stored(
    name,
    layout.axes.map((factors, axis) => (axes.includes(axis) ? [] : factors)),
    dims.filter((_, i) => !gone.includes(i)),
  );
}

function softmax(writer: TensorWriter, x: ModelTensor, log: boolean): ModelTensor {
  const { axes } = x.layout;
  const last = axes.at(-1) ?? [];
  const order = x.layout.dims.flat();
  const [first] = last;
  const start = first ? order.indexOf(first) : order.length;
  const isWhole = last.every((factor, i) => order[start + i] === factor);
  const dims = isWhole
    ? [order.slice(0, start), last, order.slice(start + last.length)]
    : [axes.slice(0, -1).flat(), last];
  const name = writer.model.add(log ? 'LogSoftmax' : 'Softmax', [writer.arranged(x, dims)], { axis: 1 });
  return writer.stored(name, axes, dims);
}

function at(inputs: readonly ModelTensor[], index: number): ModelTensor {
  const x = inputs[index];
  if (!x) throw new RangeError(`A primitive was not given its input ${String(index)}.`);
  return x;
}
