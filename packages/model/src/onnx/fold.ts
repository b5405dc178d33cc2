import { axisIn } from '../nodes/axis.ts';
import { floatTensor, integerTensor, numbersOf, type ConstantTensor } from '../nodes/constant-tensor.ts';
import {
  flattenedDims,
  reshapedDims,
  slicesOf,
  splitLengths,
  squeezedDims,
  unsqueezedDims,
} from '../nodes/dims.ts';
import {
  foldConcat,
  foldFill,
  foldGather,
  foldParts,
  foldRange,
  foldSlices,
  foldTile,
  foldTranspose,
} from '../nodes/fold/arrange.ts';
import { foldElementwise } from '../nodes/fold/elementwise.ts';
import { castTo, given, input, refused, type Folding } from '../nodes/fold/folding.ts';
import { arithmetic, comparisons, unaries } from '../nodes/fold/functions.ts';
import { chosen, foldBroadcast, foldBy, reshaped, type FoldRule } from '../nodes/fold/fold-rules.ts';
import { foldReduction, REDUCING, type Reducing } from '../nodes/fold/reduce.ts';
import { product, type Dims } from '../nodes/layout.ts';
import { Attributes } from './attributes.ts';
import type { OnnxNode } from './onnx-file.ts';
import { elementTypeOf } from './tensor-values.ts';

interface Fold extends Folding<OnnxNode> {
  readonly attributes: Attributes;
}

/**
 * Returns what a node computes of constants: exporters leave sizes, and weights in other shapes, to be computed.
 *
 * @returns null where the node's operator is not evaluated here
 * @throws ModelError `invalid-file` where the inputs contradict the operator, or give more values than a file may hold
 */
export function fold(
  node: OnnxNode,
  inputs: readonly (ConstantTensor | null)[],
): readonly ConstantTensor[] | null {
  return foldBy(foldRules, { node, attributes: new Attributes(node), inputs });
}

/** Numbers that are an input in newer versions and an attribute in older ones. */
function listOf(context: Fold, index: number, attribute: string): number[] | null {
  const list = context.inputs[index];
  return list ? numbersOf(list) : context.attributes.ints(attribute);
}

function reduce(reducing: Reducing): FoldRule<Fold> {
  return (context) =>
    foldReduction(
      context,
      input(context, 0),
      listOf(context, 1, 'axes'),
      context.attributes.int('keepdims', 1) === 1,
      reducing,
    );
}

const slice: FoldRule<Fold> = (context) => {
  const x = input(context, 0);
  const starts = listOf(context, 1, 'starts') ?? [];
  const ends = listOf(context, 2, 'ends') ?? [];
  const axes = listOf(context, 3, 'axes') ?? starts.map((_, i) => i);
  const steps = context.inputs[4] ? numbersOf(context.inputs[4]) : [];
  return foldSlices(x, slicesOf(x.dims, starts, ends, axes, steps, context.node.name));
};

const split: FoldRule<Fold> = (context) => {
  const x = input(context, 0);
  const axis = axisIn(x.dims.length, context.attributes.int('axis', 0), context.node.name);
  const lengths = splitLengths(x.dims[axis] ?? 0, listOf(context, 1, 'split'), context.node.outputs.length);
  if (!lengths) throw refused(context.node, 'cuts a tensor into parts that do not fit');
  return foldParts(x, axis, lengths);
};

const cast: FoldRule<Fold> = (context) => {
  const type = elementTypeOf(context.attributes.int('to', 1));
  if (type === null) throw refused(context.node, 'asks for a type that is not read');
  return castTo(input(context, 0), type);
};

const constant: FoldRule<Fold> = ({ attributes, node }) => {
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

/** (x - zero point) * scale, one pair for all or for each place along an axis. */
const dequantize: FoldRule<Fold> = (context) => {
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

/** The rules of all operators that are computed of constants. */
export const foldRules: Readonly<Record<string, FoldRule<Fold>>> = {
  Cast: cast,
  CastLike: (context) => ({ ...input(context, 0), type: input(context, 1).type }),
  Concat: (context) => foldConcat(context, given(context), context.attributes.int('axis', 0)),
  Constant: constant,
  ConstantOfShape: (context) =>
    foldFill(context, numbersOf(input(context, 0)), context.attributes.tensor('value')),
  DequantizeLinear: dequantize,
  Dropout: (context) => input(context, 0),
  Expand: foldBroadcast,
  Flatten: reshaped<Fold>((dims, { attributes }) => flattenedDims(dims, attributes.int('axis', 1))),
  Gather: (context) =>
    foldGather(context, input(context, 0), input(context, 1), context.attributes.int('axis', 0)),
  Identity: (context) => input(context, 0),
  Range: (context) => foldRange(context, [input(context, 0), input(context, 1), input(context, 2)]),
  ReduceMax: reduce(REDUCING.max),
  ReduceMin: reduce(REDUCING.min),
  ReduceProd: reduce(REDUCING.product),
  ReduceSum: reduce(REDUCING.sum),
  Reshape: reshaped<Fold>((dims, context) =>
    reshapedDims(dims, numbersOf(input(context, 1)), context.attributes.int('allowzero', 0) === 1),
  ),
  Shape: (context) => shapeTensor(context.node, input(context, 0).dims),
  Size: (context) => integerTensor([], [product(input(context, 0).dims)]),
  Slice: slice,
  Split: split,
  Squeeze: reshaped<Fold>((dims, context) =>
    squeezedDims(dims, listOf(context, 1, 'axes'), context.node.name),
  ),
  Tile: (context) => foldTile(context, input(context, 0), numbersOf(input(context, 1))),
  Transpose: (context) => {
    const x = input(context, 0);
    const perm = context.attributes.ints('perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
    return foldTranspose(x, perm);
  },
  Unsqueeze: reshaped<Fold>((dims, context) =>
    unsqueezedDims(dims, listOf(context, 1, 'axes') ?? [], context.node.name),
  ),
  Where: foldElementwise(chosen),
  ...Object.fromEntries(Object.entries(unaries).map(([type, compute]) => [type, foldElementwise(compute)])),
  ...Object.fromEntries(
    Object.entries(arithmetic).map(([type, compute]) => [type, foldElementwise(compute)]),
  ),
  ...Object.fromEntries(
    Object.entries(comparisons).map(([type, compute]) => [type, foldElementwise(compute, 'boolean')]),
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
