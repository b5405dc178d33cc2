import { numbersOf } from '../../nodes/constant-tensor.ts';
import {
  flattenedDims,
  reshapedDims,
  slicesOf,
  splitLengths,
  squeezedDims,
  unsqueezedDims,
} from '../../nodes/dims.ts';
import type { Dims } from '../../nodes/layout.ts';
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
import { depthToSpace, spaceToDepth } from '../../nodes/operations/blocks.ts';
import { MIRRORS, padMirrored, padWith } from '../../nodes/operations/pad.ts';
import { expandTo, tile } from '../../nodes/operations/repetition.ts';
import type { OnnxContext, OnnxRule } from '../onnx-context.ts';
import { elementTypeOf } from '../tensor-values.ts';

const same: OnnxRule = (context) => identity(context, context.tensor(0));

function reshaped(toDims: (dims: Dims, context: OnnxContext) => Dims | null): OnnxRule {
  return (context) => reshapeTo(context, context.tensor(0), toDims(context.dims(), context));
}

const split: OnnxRule = (context) => {
  const dims = context.dims();
  const axis = context.axis(dims.length, context.attributes.int('axis', 0));
  const lengths = splitLengths(dims[axis] ?? 1, context.list(1, 'split'), context.node.outputs.length);
  return splitAlong(context, context.tensor(0), axis, lengths);
};

const slice: OnnxRule = (context) => {
  const x = context.tensor(0);
  const dims = context.dims();
  const starts = context.list(1, 'starts') ?? [];
  const ends = context.list(2, 'ends') ?? [];
  const axes = context.list(3, 'axes') ?? starts.map((_, i) => i);
  const given = context.optional(4);
  const slices = slicesOf(dims, starts, ends, axes, given ? numbersOf(given) : [], context.node.name);
  return named(context, x, takeSlices(context, x, slices));
};

const pad: OnnxRule = (context) => {
  const { attributes } = context;
  const x = context.tensor(0);
  const dims = context.dims();
  const mode = attributes.text('mode', 'constant');
  const value = context.optional(2)?.values[0] ?? attributes.float('value', 0);
  const given = context.list(1, 'pads') ?? [];
  const chosen = context.optional(3);
  const axes = chosen
    ? numbersOf(chosen).map((axis) => context.axis(dims.length, axis))
    : dims.map((_, axis) => axis);
  const amounts = dims.map((_, axis): [number, number] => {
    const place = axes.indexOf(axis);
    return place < 0 ? [0, 0] : [given[place] ?? 0, given[place + axes.length] ?? 0];
  });
  if (mode === 'constant') return padWith(context, x, amounts, value);
  if (mode === 'reflect' || mode === 'edge' || mode === 'wrap')
    return padMirrored(context, x, amounts, MIRRORS[mode]);
  throw new NoRule(`it pads with mode "${mode}"`);
};

/** Operators that move, take or put numbers and compute nothing. */
export const moveRules: Readonly<Record<string, OnnxRule>> = {
  Identity: same,
  Dropout: (context) => {
    if (context.readsMore) throw new NoRule('its mask is asked for');
    return same(context);
  },
  Cast: (context) => {
    if (elementTypeOf(context.attributes.int('to', 1)) !== 'float')
      throw new NoRule('it makes whole numbers');
    return same(context);
  },
  Flatten: reshaped((dims, { attributes }) => {
    const axis = attributes.int('axis', 1);
    return flattenedDims(dims, axis < 0 ? axis + dims.length : axis);
  }),
  Reshape: reshaped((dims, context) =>
    reshapedDims(dims, numbersOf(context.constant(1)), context.attributes.int('allowzero', 0) === 1),
  ),
  Squeeze: reshaped((dims, context) => squeezedDims(dims, context.list(1, 'axes'), context.node.name)),
  Unsqueeze: reshaped((dims, context) =>
    unsqueezedDims(dims, context.list(1, 'axes') ?? [], context.node.name),
  ),
  Transpose: (context) => {
    const rank = context.dims().length;
    const perm =
      context.attributes.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
    return transposeAxes(context, context.tensor(0), perm);
  },
  Concat: (context) =>
    joinAlong(
      context,
      context.inputs.map((_, i) => context.tensor(i)),
      context.attributes.int('axis', 0),
    ),
  Split: split,
  Slice: slice,
  Gather: (context) =>
    gatherCells(context, context.tensor(0), context.constant(1), context.attributes.int('axis', 0)),
  Pad: pad,
  Expand: (context) => expandTo(context, context.tensor(0), numbersOf(context.constant(1))),
  Tile: (context) => tile(context, context.tensor(0), numbersOf(context.constant(1))),
  DepthToSpace: (context) => {
    const { attributes } = context;
    const isColumns = attributes.text('mode', 'DCR') === 'CRD';
    return depthToSpace(context, context.tensor(0), attributes.int('blocksize', 1), isColumns);
  },
  SpaceToDepth: (context) => spaceToDepth(context, context.tensor(0), context.attributes.int('blocksize', 1)),
};
