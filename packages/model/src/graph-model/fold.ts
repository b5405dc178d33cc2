import { ModelError } from '../errors.ts';
import { axisIn } from '../nodes/axis.ts';
import { integerTensor, numbersOf, type ConstantTensor } from '../nodes/constant-tensor.ts';
import { reshapedDims, splitLengths, squeezedDims, unsqueezedDims, type AxisSlice } from '../nodes/dims.ts';
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
import { castTo, given, input, refused, reshapedTo, type Folding } from '../nodes/fold/folding.ts';
import { chosen, foldBroadcast, foldBy, reshaped, type FoldRule } from '../nodes/fold/fold-rules.ts';
import { foldReduction, REDUCING, type Reducing } from '../nodes/fold/reduce.ts';
import { product, type Dims } from '../nodes/layout.ts';
import { Attributes } from './attributes.ts';
import { elementTypeOf } from './element-type.ts';
import { comparisons, numberFunctions } from './fold-functions.ts';
import type { GraphModelNode } from './graph-model-file.ts';
import { stridedSlice } from './strided-slice.ts';

interface Fold extends Folding<GraphModelNode> {
  readonly attributes: Attributes;
}

/**
 * Returns what a node computes of constants: converters leave sizes, and statistics of normalizations, to be computed.
 *
 * @returns null where the node's operator is not evaluated here
 * @throws ModelError `invalid-file` where the inputs contradict the operator, or give more values than a file may hold
 */
export function fold(
  node: GraphModelNode,
  inputs: readonly (ConstantTensor | null)[],
): readonly ConstantTensor[] | null {
  return foldBy(graphModelFolds, { node, attributes: new Attributes(node), inputs });
}

/** Returns what follows from the sizes of the inputs alone, or null where values matter. */
export function foldSizes(
  node: GraphModelNode,
  inputs: readonly (Dims | null)[],
): readonly ConstantTensor[] | null {
  const [dims = null] = inputs;
  if (!dims) return null;
  switch (node.type) {
    case 'Shape':
      return [integerTensor([dims.length], dims)];
    case 'ShapeN':
      return inputs.map((own) => integerTensor([own?.length ?? 0], own ?? []));
    case 'Size':
      return [integerTensor([], [product(dims)])];
    case 'Rank':
      return [integerTensor([], [dims.length])];
    case 'ZerosLike':
    case 'OnesLike': {
      const value = integerTensor([], [node.type === 'OnesLike' ? 1 : 0]);
      return [foldFill({ node, inputs: [] }, dims, castTo(value, 'float'))];
    }
    default:
      return null;
  }
}

function list(fold: Fold, index: number): number[] {
  return numbersOf(input(fold, index));
}

function scalar(fold: Fold, index: number): number {
  return list(fold, index)[0] ?? 0;
}

const same: FoldRule<Fold> = (fold) => input(fold, 0);

function reduce(reducing: Reducing): FoldRule<Fold> {
  return (fold) => foldReduction(fold, input(fold, 0), list(fold, 1), keepsDims(fold.attributes), reducing);
}

/** Older converters write the name without its underscore. */
export function keepsDims(attributes: Attributes): boolean {
  return attributes.flag('keep_dims') || attributes.flag('keepdims');
}

const mean: FoldRule<Fold> = (fold) => {
  const x = input(fold, 0);
  const sum = foldReduction(fold, x, list(fold, 1), keepsDims(fold.attributes), REDUCING.sum);
  const count = product(x.dims) / Math.max(1, product(sum.dims));
  return { ...sum, values: sum.values.map((value) => value / count) };
};

const slice: FoldRule<Fold> = (fold) => {
  const x = input(fold, 0);
  return foldSlices(x, sizedSlices(x.dims, list(fold, 1), list(fold, 2)));
};

/** What TensorFlow's Slice takes: a size of -1 is all that is left. */
export function sizedSlices(dims: Dims, begin: readonly number[], size: readonly number[]): AxisSlice[] {
  return dims.map((length, axis) => {
    const start = Math.min(length, Math.max(0, begin[axis] ?? 0));
    const wanted = size[axis] ?? -1;
    return { start, length: wanted < 0 ? length - start : Math.min(wanted, length - start), step: 1 };
  });
}

const strided: FoldRule<Fold> = (fold) => {
  const x = input(fold, 0);
  const found = stridedSlice(x.dims, list(fold, 1), list(fold, 2), list(fold, 3), fold.attributes);
  if (!found) throw refused(fold.node, 'takes what is not there');
  return reshapedTo(fold, foldSlices(x, found.slices), found.dims);
};

const pack: FoldRule<Fold> = (fold) => {
  const all = given(fold);
  const axis = fold.attributes.number('axis', 0);
  const parts = all.map((x) => ({ ...x, dims: unsqueezedDims(x.dims, [axis], fold.node.name) }));
  return foldConcat(fold, parts, axis);
};

const unpack: FoldRule<Fold> = (fold) => {
  const x = input(fold, 0);
  const axis = axisIn(x.dims.length, fold.attributes.number('axis', 0), fold.node.name);
  const lengths = new Array<number>(x.dims[axis] ?? 0).fill(1);
  return foldParts(x, axis, lengths).map((part) => ({ ...part, dims: part.dims.toSpliced(axis, 1) }));
};

/** @param at places of the tensor, the axis and the sizes among the inputs */
function split([tensor, along, sizes]: readonly [number, number, number | null]): FoldRule<Fold> {
  return (fold) => {
    const x = input(fold, tensor);
    const axis = axisIn(x.dims.length, scalar(fold, along), fold.node.name);
    const lengths = splitSizes(
      x.dims[axis] ?? 0,
      sizes === null ? null : list(fold, sizes),
      fold.attributes.number('num_split', 1),
    );
    if (!lengths) throw refused(fold.node, 'cuts a tensor into parts that do not fit');
    return foldParts(x, axis, lengths);
  };
}

/** Lengths of the parts that TensorFlow's Split and SplitV make, of which one may be what is left (-1); null where they do not fit. */
export function splitSizes(length: number, sizes: readonly number[] | null, count: number): number[] | null {
  if (!sizes) return length % count === 0 ? splitLengths(length, null, count) : null;
  const rest = length - sizes.filter((size) => size >= 0).reduce((sum, size) => sum + size, 0);
  const whole = sizes.map((size) => (size < 0 ? rest : size));
  return splitLengths(length, whole, whole.length);
}

const cast: FoldRule<Fold> = (fold) => {
  const type = elementTypeOf(fold.attributes.type('DstT'));
  if (type === null) throw refused(fold.node, 'asks for a type that is not computed with');
  return castTo(input(fold, 0), type);
};

/** What loops begin with: they are run step by step. */
const loop: FoldRule<Fold> = ({ node }) => {
  throw new ModelError(
    'unsupported-layer',
    `Node "${node.name}" (${node.type}) belongs to a loop, which has no rule. Choose an output that does not need it.`,
  );
};

/** The rules of all operators that are computed of constants. */
export const graphModelFolds: Readonly<Record<string, FoldRule<Fold>>> = {
  BroadcastTo: foldBroadcast,
  Cast: cast,
  Concat: (fold) => foldConcat(fold, given(fold).slice(1), scalar(fold, 0)),
  ConcatV2: (fold) => {
    const all = given(fold);
    return foldConcat(fold, all.slice(0, -1), all.at(-1)?.values[0] ?? 0);
  },
  Const: ({ node }) => {
    throw refused(node, 'has no values in the weights');
  },
  ExpandDims: reshaped<Fold>((dims, fold) => unsqueezedDims(dims, [scalar(fold, 1)], fold.node.name)),
  Fill: (fold) => foldFill(fold, list(fold, 0), input(fold, 1)),
  Gather: (fold) => foldGather(fold, input(fold, 0), input(fold, 1), 0),
  GatherV2: (fold) => foldGather(fold, input(fold, 0), input(fold, 1), scalar(fold, 2)),
  Identity: same,
  IdentityN: (fold) => given(fold),
  EmptyTensorList: loop,
  Max: reduce(REDUCING.max),
  Mean: mean,
  Min: reduce(REDUCING.min),
  All: reduce(REDUCING.all),
  Any: reduce(REDUCING.any),
  NextIteration: loop,
  Pack: pack,
  PlaceholderWithDefault: same,
  Prod: reduce(REDUCING.product),
  Range: (fold) => foldRange(fold, [input(fold, 0), input(fold, 1), input(fold, 2)]),
  Rank: (fold) => integerTensor([], [input(fold, 0).dims.length]),
  Reshape: reshaped<Fold>((dims, fold) => reshapedDims(dims, list(fold, 1), true)),
  Select: foldElementwise(chosen),
  SelectV2: foldElementwise(chosen),
  Shape: (fold) => integerTensor([input(fold, 0).dims.length], input(fold, 0).dims),
  Size: (fold) => integerTensor([], [product(input(fold, 0).dims)]),
  Slice: slice,
  Snapshot: same,
  Split: split([1, 0, null]),
  SplitV: split([0, 2, 1]),
  Squeeze: reshaped<Fold>((dims, fold) => squeezedDims(dims, squeezedAxes(fold.attributes), fold.node.name)),
  StopGradient: same,
  StridedSlice: strided,
  Sum: reduce(REDUCING.sum),
  TensorArrayV3: loop,
  TensorListReserve: loop,
  Tile: (fold) => foldTile(fold, input(fold, 0), list(fold, 1)),
  Transpose: (fold) => foldTranspose(input(fold, 0), list(fold, 1)),
  Unpack: unpack,
  ...Object.fromEntries(
    Object.entries(numberFunctions).map(([type, compute]) => [type, foldElementwise(compute)]),
  ),
  ...Object.fromEntries(
    Object.entries(comparisons).map(([type, compute]) => [type, foldElementwise(compute, 'boolean')]),
  ),
};

/** The axes that a Squeeze names; null for all of length 1. */
export function squeezedAxes(attributes: Attributes): number[] | null {
  const axes = attributes.numbers('squeeze_dims') ?? attributes.numbers('axis') ?? [];
  return axes.length > 0 ? axes : null;
}
