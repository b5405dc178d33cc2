import type { GraphModelBuilder } from '../graph-model-builder.ts';
import {
  anyAxis,
  asImage,
  copied,
  meanOver,
  signed,
  someAxes,
  type Draw,
  type Drawn,
  type Draws,
} from './draw.ts';

const plain =
  (op: string): Draw =>
  (b, { name }) =>
    b.node(op, [name]);

/** One of the outputs that a node has several of. */
function oneOf(b: GraphModelBuilder, node: string, count: number): string {
  const place = b.random.integer(0, count - 1);
  return place === 0 ? node : `${node}:${String(place)}`;
}

const transpose: Draw = (b, { name, dims }) => {
  const rest = dims.map((_, axis) => axis).slice(1);
  const perm = [0, ...dims.slice(1).flatMap(() => rest.splice(b.random.integer(0, rest.length - 1), 1))];
  return b.node('Transpose', [name, b.ints(perm)]);
};

/** Neighbors joined, or an axis cut in two; a length may be left to be found. */
const reshape: Draw = (b, { name, dims }) => {
  const axis = b.random.integer(1, dims.length - 1);
  const length = dims[axis] ?? 1;
  const part = [3, 2].find((divisor) => length % divisor === 0) ?? 1;
  const target =
    axis + 1 < dims.length && b.random.integer(0, 1) === 0
      ? dims.toSpliced(axis, 2, length * (dims[axis + 1] ?? 1))
      : dims.toSpliced(axis, 1, part, length / part);
  return b.node('Reshape', [name, b.ints(b.random.pick([target, target.with(axis, -1)]))]);
};

const squeeze: Draw = (b, x) => {
  const axes = someAxes(b, x);
  const short = meanOver(b, x.name, axes);
  return b.node('Squeeze', [short], { squeeze_dims: axes.map((axis) => signed(b, axis, x.dims.length)) });
};

const concat =
  (isFirst: boolean): Draw =>
  (b, x) => {
    const others = ['Relu', 'Neg', 'Tanh'].slice(0, b.random.integer(1, 3));
    const tensors = [x.name, ...others.map((op) => b.node(op, [x.name]))];
    // TensorFlow.js takes no axis from the end in the old form.
    const axis = isFirst ? b.int(b.random.integer(1, x.dims.length - 1)) : b.int(anyAxis(b, x));
    const attributes = { N: tensors.length };
    return isFirst
      ? b.node('Concat', [axis, ...tensors], attributes)
      : b.node('ConcatV2', [...tensors, axis], attributes);
  };

const pack: Draw = (b, { name, dims }) =>
  b.node('Pack', [name, b.node('Tanh', [name])], { axis: b.random.integer(1, dims.length) });

const unpack: Draw = (b, { name, dims }) => {
  const axis = b.random.integer(1, dims.length - 1);
  const num = dims[axis] ?? 1;
  return oneOf(b, b.node('Unpack', [name], { axis, num }), num);
};

const split: Draw = (b, x) => {
  const axis = anyAxis(b, x);
  const place = axis < 0 ? axis + x.dims.length : axis;
  const wide = copied(b, x, place, 2);
  return oneOf(b, b.node('Split', [b.int(axis), wide.name], { num_split: 2 }), 2);
};

const splitV: Draw = (b, x) => {
  const axis = b.random.integer(1, x.dims.length - 1);
  const wide = copied(b, x, axis, 2);
  const length = wide.dims[axis] ?? 2;
  const first = b.random.integer(1, length - 1);
  // TensorFlow.js counts a rest wrongly that comes first.
  const sizes = [first, b.random.pick([-1, length - first])];
  return oneOf(b, b.node('SplitV', [wide.name, b.ints(sizes), b.int(axis)], { num_split: 2 }), 2);
};

const slice: Draw = (b, { name, dims }) => {
  const begin = dims.map((length, axis) => (axis === 0 ? 0 : b.random.integer(0, length - 1)));
  const sizes = dims.map((length, axis) =>
    b.random.integer(0, 1) === 0 ? -1 : axis === 0 ? 1 : b.random.integer(1, length - (begin[axis] ?? 0)),
  );
  return b.node('Slice', [name, b.ints(begin), b.ints(sizes)]);
};

const stridedSlice: Draw = (b, { name, dims }) => {
  const all = dims.map((length, axis) => {
    if (axis === 0) return { begin: 0, end: 1, step: 1, isShrunk: false };
    const begin = b.random.integer(0, length - 1);
    const isShrunk = b.random.integer(0, 3) === 0;
    const end = isShrunk ? begin + 1 : b.random.integer(begin + 1, length);
    return { begin, end, step: b.random.integer(1, 2), isShrunk };
  });
  // One axis stays, so that there is something to look at.
  const last = all.map((axis, i) => (i === dims.length - 1 ? { ...axis, isShrunk: false } : axis));
  // TensorFlow.js 4.22 takes other cells where it drops an axis and steps along another one.
  const drops = last.some(({ isShrunk }) => isShrunk);
  const kept = last.map((axis) => (drops ? { ...axis, step: 1 } : axis));
  const mask = (bits: readonly boolean[]): number =>
    bits.reduce((sum, bit, i) => sum + (bit ? 2 ** i : 0), 0);
  const open = (): boolean[] => kept.map(({ isShrunk }) => !isShrunk && b.random.integer(0, 2) === 0);
  const lists = [kept.map(({ begin }) => begin), kept.map(({ end }) => end), kept.map(({ step }) => step)];
  return b.node('StridedSlice', [name, ...lists.map((list) => b.ints(list))], {
    begin_mask: mask(open()),
    end_mask: mask(open()),
    shrink_axis_mask: mask(kept.map(({ isShrunk }) => isShrunk)),
    ellipsis_mask: 0,
    new_axis_mask: 0,
  });
};

const gather =
  (op: string): Draw =>
  (b, { name, dims }) => {
    const axis = b.random.integer(1, dims.length - 1);
    const shape = b.random.pick([[], [1], [b.random.integer(1, 5)]]);
    const count = shape[0] ?? 1;
    const places = Array.from({ length: count }, () => b.random.integer(0, (dims[axis] ?? 1) - 1));
    // The old form takes cells of the first axis.
    if (op === 'Gather') {
      const first = b.node('Reshape', [name, b.ints([-1, dims.at(-1) ?? 1])]);
      const rows = dims.slice(0, -1).reduce((product, length) => product * length, 1);
      const own = Array.from({ length: count }, () => b.random.integer(0, rows - 1));
      return b.node('Gather', [first, b.ints(own)]);
    }
    return b.node('GatherV2', [name, b.ints(places, shape), b.int(axis)]);
  };

/** @param room that an axis leaves for cells of the tensor itself */
function amounts(b: GraphModelBuilder, dims: readonly number[], room: (length: number) => number): string {
  const pairs = dims.flatMap((length, axis) => {
    const most = axis === 0 ? 0 : Math.min(2, room(length));
    return [b.random.integer(0, most), b.random.integer(0, most)];
  });
  return b.ints(pairs, [dims.length, 2]);
}

const mirrorPad: Draw = (b, { name, dims }) => {
  const mode = b.random.pick(['REFLECT', 'SYMMETRIC']);
  return b.node(
    'MirrorPad',
    [name, amounts(b, dims, (length) => (mode === 'REFLECT' ? length - 1 : length))],
    {
      mode,
    },
  );
};

/** Positions that blocks divide once they are padded. */
function blocksOf(b: GraphModelBuilder, { dims }: Drawn): { block: number[]; paddings: number[] } {
  const block = dims.slice(1, -1).map(() => b.random.integer(1, 3));
  const paddings = block.flatMap((size, axis) => {
    const before = b.random.integer(0, 2);
    const rest = ((dims[axis + 1] ?? 1) + before) % size;
    return [before, rest === 0 ? 0 : size - rest];
  });
  return { block, paddings };
}

const spaceToBatch: Draw = (b, x) => {
  const { block, paddings } = blocksOf(b, x);
  return b.node('SpaceToBatchND', [x.name, b.ints(block), b.ints(paddings, [block.length, 2])]);
};

/** Back again, with something between that treats every cell alike, and with cells cut off. */
const batchToSpace: Draw = (b, x) => {
  const { block, paddings } = blocksOf(b, x);
  const cells = b.node('SpaceToBatchND', [x.name, b.ints(block), b.ints(paddings, [block.length, 2])]);
  const changed = b.node('Tanh', [cells]);
  const crops = block.flatMap((_, axis) => [
    b.random.integer(0, paddings[2 * axis] ?? 0),
    paddings[2 * axis + 1] ?? 0,
  ]);
  return b.node('BatchToSpaceND', [changed, b.ints(block), b.ints(crops, [block.length, 2])]);
};

const depthToSpace: Draw = (b, given) => {
  const x = asImage(b, given);
  const { name } = copied(b, x, x.dims.length - 1, 4);
  return b.node('DepthToSpace', [name], { block_size: 2, data_format: 'NHWC' });
};

const broadcastTo: Draw = (b, x) => {
  const axes = someAxes(b, x);
  const shape = x.dims.map((length, axis) => (axes.includes(axis) ? b.random.integer(1, 4) : length));
  return b.node('BroadcastTo', [meanOver(b, x.name, axes), b.ints(shape)]);
};

/** Operators that move, take or put numbers and compute nothing. */
export const moveDraws: Draws = {
  ...Object.fromEntries(
    'Identity Snapshot StopGradient PlaceholderWithDefault'.split(' ').map((op) => [op, plain(op)]),
  ),
  BatchToSpaceND: batchToSpace,
  BroadcastTo: broadcastTo,
  Cast: (b, { name }) => b.node('Cast', [name], { SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_FLOAT' } }),
  Concat: concat(true),
  ConcatV2: concat(false),
  DepthToSpace: depthToSpace,
  // TensorFlow.js reads the shape as an input.
  EnsureShape: (b, { name, dims }) => b.node('EnsureShape', [name, b.ints(dims)]),
  ExpandDims: (b, { name, dims }) =>
    b.node('ExpandDims', [name, b.int(b.random.pick([-1, b.random.integer(1, dims.length)]))]),
  Gather: gather('Gather'),
  GatherV2: gather('GatherV2'),
  IdentityN: (b, { name }) => oneOf(b, b.node('IdentityN', [name, b.node('Tanh', [name])]), 2),
  MirrorPad: mirrorPad,
  Pack: pack,
  Pad: (b, { name, dims }) => b.node('Pad', [name, amounts(b, dims, () => 2)]),
  PadV2: (b, { name, dims }) =>
    b.node('PadV2', [name, amounts(b, dims, () => 2), b.floats([], [b.random.uniform(-1, 1)])]),
  Reshape: reshape,
  Slice: slice,
  SpaceToBatchND: spaceToBatch,
  Split: split,
  SplitV: splitV,
  Squeeze: squeeze,
  StridedSlice: stridedSlice,
  Tile: (b, { name, dims }) =>
    b.node('Tile', [name, b.ints(dims.map((_, axis) => (axis === 0 ? 1 : b.random.integer(1, 3))))]),
  Transpose: transpose,
  Unpack: unpack,
};
