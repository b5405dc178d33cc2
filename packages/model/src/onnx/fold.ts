import { ModelError } from '../errors.ts';
import { limits } from '../files/limits.ts';
import { Attributes, axisIn } from './attributes.ts';
import {
  broadcastDims,
  broadcastStrides,
  floatTensor,
  integerTensor,
  numbersOf,
  permuteValues,
  readStrided,
  stridesOf,
  type ConstantTensor,
  type ElementType,
} from './constant-tensor.ts';
import { arithmetic, comparisons, unaries } from './fold-functions.ts';
import {
  flattenedDims,
  reshapedDims,
  slicesOf,
  splitLengths,
  squeezedDims,
  unsqueezedDims,
} from './fold-shapes.ts';
import { product, type Dims } from './layout.ts';
import type { OnnxNode } from './onnx-file.ts';
import { elementTypeOf } from './tensor-values.ts';

interface Fold {
  readonly node: OnnxNode;
  readonly attributes: Attributes;
  readonly inputs: readonly (ConstantTensor | null)[];
  readonly opset: number;
}

type FoldRule = (fold: Fold) => ConstantTensor | readonly ConstantTensor[];

/**
 * Returns what a node computes of constants: exporters leave sizes, and weights in other shapes, to be computed.
 *
 * @returns null where the node's operator is not evaluated here
 * @throws ModelError `invalid-file` where the inputs contradict the operator, or give more values than a file may hold
 */
export function fold(
  node: OnnxNode,
  inputs: readonly (ConstantTensor | null)[],
  opset: number,
): readonly ConstantTensor[] | null {
  const rule = Object.hasOwn(RULES, node.type) ? RULES[node.type] : undefined;
  if (!rule) return null;
  const results = rule({ node, attributes: new Attributes(node), inputs, opset });
  return 'dims' in results ? [results] : results;
}

function input({ node, inputs }: Fold, index: number): ConstantTensor {
  const found = inputs[index];
  if (found) return found;
  throw refused(node, `has no input ${String(index)}`);
}

function refused(node: OnnxNode, what: string): ModelError {
  return new ModelError(
    'invalid-file',
    `Node "${node.name}" (${node.type}) ${what}. Export the network again.`,
  );
}

/** Numbers that are an input in newer versions and an attribute in older ones. */
function listOf(context: Fold, index: number, attribute: string): number[] | null {
  const given = context.inputs[index];
  return given ? numbersOf(given) : context.attributes.ints(attribute);
}

/** Before memory is taken for it. */
function checkedSize({ node }: Fold, dims: Dims): number {
  const size = product(dims);
  if (dims.every((length) => Number.isInteger(length) && length >= 0) && size <= limits.foldedValues)
    return size;
  throw refused(node, `makes a constant of the shape [${dims.join(', ')}]`);
}

function reshapedTo(context: Fold, dims: Dims | null): ConstantTensor {
  const x = input(context, 0);
  if (!dims || product(dims) !== product(x.dims)) {
    throw refused(context.node, `gives [${x.dims.join(', ')}] a shape that holds another number of values`);
  }
  return { ...x, dims };
}

function expanded(context: Fold, x: ConstantTensor, dims: Dims): ConstantTensor {
  checkedSize(context, dims);
  return { ...x, dims, values: readStrided(x.values, dims, broadcastStrides(x.dims, dims)) };
}

function elementwise(compute: (...values: number[]) => number, type?: ElementType): FoldRule {
  return (context) => {
    const all = context.inputs.filter((tensor) => tensor !== null);
    const dims = broadcastDims(...all.map((tensor) => tensor.dims));
    if (!dims) throw refused(context.node, 'combines tensors whose shapes do not fit');
    const sources = all.map((tensor) => expanded(context, tensor, dims).values);
    const own = all.at(-1)?.type ?? 'float';
    const size = product(dims);
    const values =
      own === 'float' && sources.every((source) => source instanceof Float32Array)
        ? new Float32Array(size)
        : new Float64Array(size);
    const isWhole = (type ?? own) === 'integer';
    for (let i = 0; i < size; i++) {
      const value = compute(...sources.map((source) => source[i] ?? 0));
      // Division of integers drops the fraction.
      values[i] = isWhole ? Math.trunc(value) : value;
    }
    return { dims, type: type ?? own, values };
  };
}

function reduce(combine: (a: number, b: number) => number, first: number): FoldRule {
  return (context) => {
    const x = input(context, 0);
    const axes = (listOf(context, 1, 'axes') ?? x.dims.map((_, axis) => axis)).map((axis) =>
      axisIn(x.dims.length, axis, context.node.name),
    );
    const others = x.dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const inner = product(axes.map((axis) => x.dims[axis] ?? 1));
    const moved = permuteValues(Float64Array.from(x.values), x.dims, [...others, ...axes]);
    const values = Float64Array.from({ length: product(others.map((axis) => x.dims[axis] ?? 1)) }, (_, i) =>
      moved.subarray(i * inner, (i + 1) * inner).reduce((a, b) => combine(a, b), first),
    );
    const keeps = context.attributes.int('keepdims', 1) === 1;
    const dims = x.dims.flatMap((length, axis) => (axes.includes(axis) ? (keeps ? [1] : []) : [length]));
    return { ...x, dims, values };
  };
}

const gather: FoldRule = (context) => {
  const [x, indices] = [input(context, 0), input(context, 1)];
  const axis = axisIn(x.dims.length, context.attributes.int('axis', 0), context.node.name);
  const length = x.dims[axis] ?? 1;
  const inner = product(x.dims.slice(axis + 1));
  const outer = product(x.dims.slice(0, axis));
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  const size = checkedSize(context, dims);
  const values = x.values.constructor === Float32Array ? new Float32Array(size) : new Float64Array(size);
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices.values) {
      const cell = index < 0 ? index + length : index;
      if (cell < 0 || cell >= length)
        throw refused(context.node, `reads place ${String(index)} of ${String(length)}`);
      const from = (o * length + cell) * inner;
      values.set(x.values.subarray(from, from + inner), to);
      to += inner;
    }
  }
  return { ...x, dims, values };
};

const concat: FoldRule = (context) => {
  const all = context.inputs.filter((tensor) => tensor !== null);
  const [first] = all;
  if (!first) throw refused(context.node, 'joins nothing');
  const axis = axisIn(first.dims.length, context.attributes.int('axis', 0), context.node.name);
  const dims = first.dims.map((length, i) =>
    i === axis ? all.reduce((sum, own) => sum + (own.dims[axis] ?? 0), 0) : length,
  );
  const values = new Float64Array(checkedSize(context, dims));
  const rows = product(dims.slice(0, axis));
  const width = product(dims.slice(axis));
  let at = 0;
  for (const own of all) {
    const part = product(own.dims.slice(axis));
    for (let row = 0; row < rows; row++)
      values.set(own.values.subarray(row * part, (row + 1) * part), row * width + at);
    at += part;
  }
  return {
    ...first,
    dims,
    values: first.values instanceof Float32Array ? Float32Array.from(values) : values,
  };
};

const slice: FoldRule = (context) => {
  const x = input(context, 0);
  const starts = listOf(context, 1, 'starts') ?? [];
  const ends = listOf(context, 2, 'ends') ?? [];
  const axes = listOf(context, 3, 'axes') ?? starts.map((_, i) => i);
  const steps = context.inputs[4] ? numbersOf(context.inputs[4]) : [];
  const slices = slicesOf(x.dims, starts, ends, axes, steps, context.node.name);
  const strides = stridesOf(x.dims);
  const lengths = slices.map(({ length }) => length);
  const start = slices.reduce((sum, own, axis) => sum + own.start * (strides[axis] ?? 0), 0);
  const values = readStrided(
    x.values,
    lengths,
    slices.map(({ step }, axis) => step * (strides[axis] ?? 0)),
    start,
  );
  return { ...x, dims: lengths, values };
};

const split: FoldRule = (context) => {
  const x = input(context, 0);
  const axis = axisIn(x.dims.length, context.attributes.int('axis', 0), context.node.name);
  const lengths = splitLengths(x.dims[axis] ?? 0, listOf(context, 1, 'split'), context.node.outputs.length);
  if (!lengths) throw refused(context.node, 'cuts a tensor into parts that do not fit');
  const strides = stridesOf(x.dims);
  let start = 0;
  return lengths.map((length) => {
    const dims = x.dims.with(axis, length);
    const values = readStrided(x.values, dims, strides, start * (strides[axis] ?? 0));
    start += length;
    return { ...x, dims, values };
  });
};

const cast: FoldRule = (context) => {
  const x = input(context, 0);
  const type = elementTypeOf(context.attributes.int('to', 1));
  if (type === null) throw refused(context.node, 'asks for a type that is not read');
  if (type === x.type) return x;
  const values = Float64Array.from(x.values, (value) =>
    type === 'integer' ? Math.trunc(value) : type === 'boolean' ? Number(value !== 0) : value,
  );
  return { ...x, type, values };
};

const constant: FoldRule = ({ attributes, node }) => {
  const tensor = attributes.tensor('value');
  if (tensor) return tensor;
  const [float, floats] = [node.attributes.get('value_float'), node.attributes.get('value_floats')];
  if (float) return floatTensor([], Float32Array.of(float.f));
  if (floats) return floatTensor([floats.floats.length], Float32Array.from(floats.floats));
  const ints = attributes.ints('value_ints');
  if (ints) return integerTensor([ints.length], ints);
  if (attributes.has('value_int')) return integerTensor([], [attributes.int('value_int', 0)]);
  throw refused(node, 'holds no numbers');
};

const constantOfShape: FoldRule = (context) => {
  const dims = numbersOf(input(context, 0));
  checkedSize(context, dims);
  const value = context.attributes.tensor('value') ?? floatTensor([1], Float32Array.of(0));
  return expanded(context, { ...value, dims: [] }, dims);
};

const range: FoldRule = (context) => {
  const [start = 0, limit = 0, step = 1] = [0, 1, 2].map((i) => input(context, i).values[0] ?? 0);
  const size = Math.max(0, Math.ceil((limit - start) / step));
  checkedSize(context, [size]);
  return {
    ...input(context, 0),
    dims: [size],
    values: Float64Array.from({ length: size }, (_, i) => start + i * step),
  };
};

const tile: FoldRule = (context) => {
  const x = input(context, 0);
  const repeats = numbersOf(input(context, 1));
  const dims = x.dims.map((length, axis) => length * (repeats[axis] ?? 1));
  checkedSize(context, dims);
  // Each axis as two, of which the outer one is repeated.
  const split = x.dims.flatMap((length) => [1, length]);
  const wide = x.dims.flatMap((length, axis) => [repeats[axis] ?? 1, length]);
  return { ...expanded(context, { ...x, dims: split }, wide), dims };
};

/** (x - zero point) * scale, one pair for all or for each place along an axis. */
const dequantize: FoldRule = (context) => {
  const [x, scale] = [input(context, 0), input(context, 1)];
  const zero = context.inputs[2];
  const axis = axisIn(x.dims.length, context.attributes.int('axis', 1), context.node.name);
  if (scale.dims.length > 1) throw refused(context.node, 'has scales of blocks');
  const inner = product(x.dims.slice(axis + 1));
  const count = product(scale.dims);
  const values = Float32Array.from(x.values, (value, i) => {
    const at = Math.floor(i / inner) % count;
    return (value - (zero?.values[at] ?? 0)) * (scale.values[at] ?? 1);
  });
  return floatTensor(x.dims, values);
};

const RULES: Readonly<Record<string, FoldRule>> = {
  Cast: cast,
  CastLike: (context) => ({ ...input(context, 0), type: input(context, 1).type }),
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  DequantizeLinear: dequantize,
  Dropout: (context) => input(context, 0),
  Expand: (context) => {
    const x = input(context, 0);
    const dims = broadcastDims(x.dims, numbersOf(input(context, 1)));
    if (!dims) throw refused(context.node, 'has a shape that does not fit');
    return expanded(context, x, dims);
  },
  Flatten: (context) => {
    const { dims } = input(context, 0);
    return reshapedTo(context, flattenedDims(dims, context.attributes.int('axis', 1)));
  },
  Gather: gather,
  Identity: (context) => input(context, 0),
  Range: range,
  ReduceMax: reduce(Math.max, -Infinity),
  ReduceMin: reduce(Math.min, Infinity),
  ReduceProd: reduce((a, b) => a * b, 1),
  ReduceSum: reduce((a, b) => a + b, 0),
  Reshape: (context) => {
    const { dims } = input(context, 0);
    return reshapedTo(
      context,
      reshapedDims(dims, numbersOf(input(context, 1)), context.attributes.int('allowzero', 0) === 1),
    );
  },
  Shape: (context) => {
    const { dims } = input(context, 0);
    return shapeTensor(context.node, dims);
  },
  Size: (context) => integerTensor([], [product(input(context, 0).dims)]),
  Slice: slice,
  Split: split,
  Squeeze: (context) => {
    const { dims } = input(context, 0);
    return reshapedTo(context, squeezedDims(dims, listOf(context, 1, 'axes'), context.node.name));
  },
  Tile: tile,
  Transpose: (context) => {
    const { dims, values, type } = input(context, 0);
    const perm = context.attributes.ints('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
    return { type, dims: perm.map((axis) => dims[axis] ?? 1), values: permuteValues(values, dims, perm) };
  },
  Unsqueeze: (context) => {
    const { dims } = input(context, 0);
    return reshapedTo(context, unsqueezedDims(dims, listOf(context, 1, 'axes') ?? [], context.node.name));
  },
  Where: elementwise((condition = 0, a = 0, b = 0) => (condition === 0 ? b : a)),
  ...Object.fromEntries(Object.entries(unaries).map(([type, compute]) => [type, elementwise(compute)])),
  ...Object.fromEntries(Object.entries(arithmetic).map(([type, compute]) => [type, elementwise(compute)])),
  ...Object.fromEntries(
    Object.entries(comparisons).map(([type, compute]) => [type, elementwise(compute, 'boolean')]),
  ),
};

/** What the node Shape says of a tensor: its dimensions, or some of them (since version 15). */
export function shapeTensor(node: OnnxNode, dims: Dims): ConstantTensor {
  const attributes = new Attributes(node);
  const part = dims.slice(
    attributes.int('start', 0),
    attributes.has('end') ? attributes.int('end', 0) : undefined,
  );
  return integerTensor([part.length], part);
}
