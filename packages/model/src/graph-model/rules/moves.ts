import { reshapedDims, squeezedDims, unsqueezedDims } from '../../nodes/dims.ts';
import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { dimsOf, layoutOf, type Dims } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import {
  gatherCells,
  identity,
  joinAlong,
  named,
  reshapeTo,
  splitAlong,
  takeSlices,
  transposeAxes,
} from '../../nodes/operations/moves.ts';
import { depthToSpace } from '../../nodes/operations/blocks.ts';
import { MIRRORS, padMirrored, padWith, type PadAmounts } from '../../nodes/operations/pad.ts';
import { expandTo, tile } from '../../nodes/operations/repetition.ts';
import { elementTypeOf } from '../element-type.ts';
import { sizedSlices, splitSizes, squeezedAxes } from '../fold.ts';
import type { GraphModelContext, GraphModelRule } from '../graph-model-context.ts';
import { interleave, weave } from '../interleaved.ts';
import { stridedSlice } from '../strided-slice.ts';

const same: GraphModelRule = (context) => identity(context, context.tensor(0));

function reshaped(toDims: (dims: Dims, context: GraphModelContext) => Dims | null): GraphModelRule {
  return (context) => reshapeTo(context, context.tensor(0), toDims(context.dims(), context));
}

/** Inputs `first` to before `last`, all of which depend on the network's input. */
function tensors(context: GraphModelContext, first: number, last: number): GraphTensor[] {
  return context.inputs.slice(first, last).map((_, i) => context.tensor(first + i));
}

const pack: GraphModelRule = (context) => {
  const axis = context.attributes.number('axis', 0);
  const parts = tensors(context, 0, context.inputs.length).map((x) =>
    context.builder.reshapeTensor(x, unsqueezedDims(dimsOf(x.layout), [axis], context.node.name)),
  );
  return joinAlong(context, parts, axis);
};

const unpack: GraphModelRule = (context) => {
  const x = context.tensor(0);
  const dims = context.dims();
  const axis = context.axis(dims.length, context.attributes.number('axis', 0));
  const parts = splitAlong(context, x, axis, new Array<number>(dims[axis] ?? 0).fill(1));
  return parts.map((part) => context.builder.reshapeTensor(part, dims.toSpliced(axis, 1)));
};

/** @param at places of the tensor, the axis and the sizes among the inputs */
function split([tensor, along, sizes]: readonly [number, number, number | null]): GraphModelRule {
  return (context) => {
    const dims = context.dims(tensor);
    const axis = context.axis(dims.length, context.numbers(along)[0] ?? 0);
    const lengths = splitSizes(
      dims[axis] ?? 0,
      sizes === null ? null : context.numbers(sizes),
      context.attributes.number('num_split', 1),
    );
    return splitAlong(context, context.tensor(tensor), axis, lengths);
  };
}

const slice: GraphModelRule = (context) => {
  const x = context.tensor(0);
  const slices = sizedSlices(context.dims(), context.numbers(1), context.numbers(2));
  return named(context, x, takeSlices(context, x, slices));
};

const strided: GraphModelRule = (context) => {
  const x = context.tensor(0);
  const found = stridedSlice(
    context.dims(),
    context.numbers(1),
    context.numbers(2),
    context.numbers(3),
    context.attributes,
  );
  if (!found) throw new NoRule('it takes what is not there');
  const taken = takeSlices(context, x, found.slices);
  return named(context, x, context.builder.reshapeTensor(taken, found.dims));
};

/** Pairs of numbers, `[axes, 2]`. */
function pairs(numbers: readonly number[]): PadAmounts {
  return Array.from(
    { length: numbers.length / 2 },
    (_, axis) => [numbers[2 * axis] ?? 0, numbers[2 * axis + 1] ?? 0] as const,
  );
}

const pad: GraphModelRule = (context) =>
  padWith(context, context.tensor(0), pairs(context.numbers(1)), context.optional(2)?.values[0] ?? 0);

const mirrorPad: GraphModelRule = (context) => {
  const isReflected = context.attributes.text('mode', 'REFLECT').toUpperCase() === 'REFLECT';
  const mirror = isReflected ? MIRRORS.reflect : MIRRORS.symmetric;
  return padMirrored(context, context.tensor(0), pairs(context.numbers(1)), mirror);
};

const spaceToBatch: GraphModelRule = (context) => {
  const block = context.numbers(1);
  const x = context.tensor(0);
  const put = pairs(context.numbers(2));
  if (context.dims()[0] !== 1) throw new NoRule('the axis of the batch holds something else');
  const amounts = context.dims().map((_, axis) => put[axis - 1] ?? ([0, 0] as const));
  // Whole axes in their order: convolutions find them by that.
  const padded = padWith(context, x, amounts, 0);
  const dims = dimsOf(padded.layout);
  const node = context.builder.lay(
    padded,
    dims.slice(1).map((_, axis) => [axis + 1]),
  );
  const layout = interleave(layoutOf(dims), block);
  if (!layout) throw new NoRule(`blocks of ${block.join(' x ')} do not divide its positions`);
  return { node, layout };
};

const batchToSpace: GraphModelRule = (context) => {
  const block = context.numbers(1);
  const x = context.tensor(0);
  const layout = weave(x.layout, block);
  if (!layout) throw new NoRule('its batch is not made of blocks');
  const crops = pairs(context.numbers(2));
  const whole = context.builder.asAxes({ node: x.node, layout });
  const dims = dimsOf(layout);
  const slices = dims.map((length, axis) => {
    const [before, after] = crops[axis - 1] ?? [0, 0];
    return { start: before, length: length - before - after, step: 1 };
  });
  return named(context, x, takeSlices(context, whole, slices));
};

/** Channels as blocks of positions. */
const depthToSpaceRule: GraphModelRule = (context) => {
  const size = context.attributes.number('block_size', 2);
  if (context.isChannelsFirst) throw new NoRule('its channels lie first');
  return context.inLayout(depthToSpace(context, context.channelsFirst(context.tensor(0)), size, false));
};

/** Operators that move, take or put numbers and compute nothing. */
export const moveRules: Readonly<Record<string, GraphModelRule>> = {
  Identity: same,
  IdentityN: (context) => tensors(context, 0, context.inputs.length).map((x) => identity(context, x)),
  Snapshot: same,
  StopGradient: same,
  EnsureShape: same,
  PlaceholderWithDefault: same,
  Cast: (context) => {
    if (elementTypeOf(context.attributes.type('DstT')) !== 'float')
      throw new NoRule('it makes whole numbers');
    return same(context);
  },
  Reshape: reshaped((dims, context) => reshapedDims(dims, context.numbers(1), true)),
  Squeeze: reshaped((dims, { attributes, node }) => squeezedDims(dims, squeezedAxes(attributes), node.name)),
  ExpandDims: reshaped((dims, context) =>
    unsqueezedDims(dims, [context.numbers(1)[0] ?? 0], context.node.name),
  ),
  Transpose: (context) => transposeAxes(context, context.tensor(0), context.numbers(1)),
  ConcatV2: (context) =>
    joinAlong(context, tensors(context, 0, context.inputs.length - 1), context.constantAt(-1).values[0] ?? 0),
  Concat: (context) =>
    joinAlong(context, tensors(context, 1, context.inputs.length), context.numbers(0)[0] ?? 0),
  Pack: pack,
  Unpack: unpack,
  Split: split([1, 0, null]),
  SplitV: split([0, 2, 1]),
  Slice: slice,
  StridedSlice: strided,
  Gather: (context) => gatherCells(context, context.tensor(0), context.constant(1), 0),
  GatherV2: (context) =>
    gatherCells(context, context.tensor(0), context.constant(1), context.numbers(2)[0] ?? 0),
  Pad: pad,
  PadV2: pad,
  MirrorPad: mirrorPad,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpaceRule,
  Tile: (context) => tile(context, context.tensor(0), context.numbers(1)),
  BroadcastTo: (context) => expandTo(context, context.tensor(0), context.numbers(1)),
};
