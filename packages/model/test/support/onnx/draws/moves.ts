import type { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import {
  anyAxis,
  asImage,
  copied,
  listed,
  meanOver,
  signed,
  someAxes,
  type Draw,
  type Drawn,
  type Draws,
} from './draw.ts';

const transpose: Draw = (b, { name, dims }) => {
  const rest = dims.map((_, axis) => axis);
  if (b.random.integer(0, 3) === 0) return b.node('Transpose', [name]);
  const perm = dims.flatMap(() => rest.splice(b.random.integer(0, rest.length - 1), 1));
  return b.node('Transpose', [name], { perm });
};

/** Neighbors joined, or an axis cut in two; a length may be left to be found, or kept. */
const reshape: Draw = (b, { name, dims }) => {
  const axis = b.random.integer(1, dims.length - 1);
  const length = dims[axis] ?? 1;
  const part = [3, 2].find((divisor) => length % divisor === 0) ?? 1;
  const isJoined = axis + 1 < dims.length && b.random.integer(0, 1) === 0;
  const target = isJoined
    ? dims.toSpliced(axis, 2, length * (dims[axis + 1] ?? 1))
    : dims.toSpliced(axis, 1, part, length / part);
  const left = target.with(axis, -1);
  const kept = isJoined && axis > 1 ? left.with(1, 0) : left;
  return b.node('Reshape', [name, b.ints(b.random.pick([target, left, kept]))]);
};

const squeeze: Draw = (b, x) => {
  const axes = someAxes(b, x);
  const short = meanOver(b, x.name, axes);
  // Without axes all of length 1 go, the batch too.
  if (b.random.integer(0, 3) === 0) return b.node('Squeeze', [short]);
  const { inputs, attributes } = listed(b, {
    since: 13,
    attribute: 'axes',
    list: axes.map((axis) => signed(b, axis, x.dims.length)),
  });
  return b.node('Squeeze', [short, ...inputs], attributes);
};

const unsqueeze: Draw = (b, { name, dims }) => {
  const axis = signed(b, b.random.integer(1, dims.length), dims.length + 1);
  const { inputs, attributes } = listed(b, { since: 13, attribute: 'axes', list: [axis] });
  return b.node('Unsqueeze', [name, ...inputs], attributes);
};

const concat: Draw = (b, x) => {
  const others = ['Relu', 'Neg', 'Tanh'].slice(0, b.random.integer(1, 3));
  const axis = anyAxis(b, x);
  return b.node('Concat', [x.name, ...others.map((type) => b.node(type, [x.name]))], { axis });
};

const split: Draw = (b, x) => {
  const axis = b.random.integer(1, x.dims.length - 1);
  const wide = copied(b, x, axis, 2);
  const length = wide.dims[axis] ?? 2;
  const first = b.random.integer(1, length - 1);
  const { inputs, attributes } = listed(b, { since: 13, attribute: 'split', list: [first, length - first] });
  const isEven = b.random.integer(0, 2) === 0;
  const parts = b.opset >= 18 ? { num_outputs: 2 } : {};
  const output = isEven
    ? b.node('Split', [wide.name], { axis, ...parts }, { outputs: 2 })
    : b.node('Split', [wide.name, ...inputs], { axis, ...attributes }, { outputs: 2 });
  return output.replace(/0$/, String(b.random.integer(0, 1)));
};

const slice: Draw = (b, x) => {
  const axes = someAxes(b, x);
  const cut = axes.map((axis) => {
    const length = x.dims[axis] ?? 1;
    const start = b.random.integer(0, length - 1);
    const end = b.random.pick([length, 9223372036854775000, b.random.integer(start + 1, length)]);
    const step = b.opset < 10 ? 1 : b.random.integer(1, 3);
    return { axis, start: b.random.pick([start, start - length]), end, step };
  });
  const lists = {
    starts: cut.map(({ start }) => start),
    ends: cut.map(({ end }) => end),
    axes: cut.map(({ axis }) => axis),
  };
  if (b.opset < 10) return b.node('Slice', [x.name], lists);
  const inputs = [lists.starts, lists.ends, lists.axes, cut.map(({ step }) => step)];
  return b.node('Slice', [x.name, ...inputs.map((list) => b.ints(list))]);
};

const gather: Draw = (b, x) => {
  const axis = anyAxis(b, x);
  const length = x.dims.at(axis) ?? 1;
  const dims = b.random.pick([[], [1], [b.random.integer(1, 5)], [2, 3]]);
  const places = Array.from({ length: dims.reduce((size, count) => size * count, 1) }, () =>
    b.random.integer(b.opset < 11 ? 0 : -length, length - 1),
  );
  return b.node('Gather', [x.name, b.ints(places, dims)], { axis });
};

const pad: Draw = (b, { name, dims }) => {
  const modes = ['constant', 'reflect', 'edge', ...(b.opset >= 19 ? ['wrap'] : [])];
  const mode = b.random.pick(modes);
  const most = (axis: number): number =>
    axis === 0 ? 0 : Math.min(2, (dims[axis] ?? 1) - (mode === 'reflect' ? 1 : 0));
  const pads = [...dims, ...dims].map((_, i) => b.random.integer(0, most(i % dims.length)));
  const value = b.random.uniform(-1, 1);
  const isValued = mode === 'constant' && b.random.integer(0, 1) === 0;
  if (b.opset < 11)
    return b.node('Pad', [name], { mode, pads, ...(isValued && { value: { float: value } }) });
  return b.node('Pad', [name, b.ints(pads), ...(isValued ? [b.floats([], [value])] : [])], { mode });
};

const expand: Draw = (b, x) => {
  const axes = someAxes(b, x);
  const short = meanOver(b, x.name, axes);
  const shape = x.dims.map((length, axis) => (axes.includes(axis) ? b.random.integer(1, 4) : length));
  const front = b.random.integer(0, 3) === 0 ? [2] : [];
  return b.node('Expand', [short, b.ints([...front, ...shape])]);
};

const tile: Draw = (b, { name, dims }) =>
  b.node('Tile', [name, b.ints(dims.map((_, axis) => (axis === 0 ? 1 : b.random.integer(1, 3))))]);

const depthToSpace: Draw = (b, given) => {
  const { name } = copied(b, asImage(b, given), 1, 4);
  const mode = b.opset >= 11 ? { mode: b.random.pick(['DCR', 'CRD']) } : {};
  return b.node('DepthToSpace', [name], { blocksize: 2, ...mode });
};

const spaceToDepth: Draw = (b, given) => {
  const wide = [2, 3].reduce<Drawn>((x, axis) => copied(b, x, axis, 2), asImage(b, given));
  return b.node('SpaceToDepth', [wide.name], { blocksize: 2 });
};

/** To float64 and back: whatever is between has more digits, and is no other number. */
const cast: Draw = (b, { name }) => {
  const isThere = b.random.integer(0, 1) === 0;
  return b.node('Cast', [isThere ? b.node('Cast', [name], { to: 11 }) : name], { to: 1 });
};

const dropout: Draw = (b, { name }) =>
  b.opset >= 12
    ? b.node('Dropout', [name, b.floats([], [b.random.uniform(0, 0.9)])])
    : b.node('Dropout', [name], { ratio: { float: b.random.uniform(0, 0.9) } });

const flatten: Draw = (b, { name, dims }) => b.node('Flatten', [name], { axis: flattenAxis(b, dims.length) });

function flattenAxis(b: OnnxBuilder, rank: number): number {
  return b.random.integer(0, rank);
}

/** Operators that move, take or put numbers and compute nothing. */
export const moveDraws: Draws = {
  Cast: cast,
  Concat: concat,
  DepthToSpace: depthToSpace,
  Dropout: dropout,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Pad: pad,
  Reshape: reshape,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
