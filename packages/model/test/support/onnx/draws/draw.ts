import type { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';

/** A tensor while a network is drawn, with a batch of one: `[1, channels, ...positions]`. */
export interface Drawn {
  readonly name: string;
  readonly dims: readonly number[];
}

/** Adds a node of one operator behind `x`, with what its inputs need and attributes at random; returns the tensor it yields. */
export type Draw = (b: OnnxBuilder, x: Drawn) => string;

/** Draws by the operator that each adds. */
export type Draws = Readonly<Record<string, Draw>>;

/** The same numbers, all above 0.2. */
export function positive(b: OnnxBuilder, x: string): string {
  return b.node('Add', [b.node('Abs', [x]), b.floats([], [0.2])]);
}

/** An axis behind the batch; counted from the end now and then, where the version has that. */
export function anyAxis(b: OnnxBuilder, { dims }: Drawn): number {
  return signed(b, b.random.integer(1, dims.length - 1), dims.length);
}

/** The same axis, perhaps counted from the end. */
export function signed(b: OnnxBuilder, axis: number, rank: number): number {
  return b.opset >= 11 && b.random.integer(0, 2) === 0 ? axis - rank : axis;
}

/** One or more axes behind the batch, in order. */
export function someAxes(b: OnnxBuilder, { dims }: Drawn): number[] {
  const axes = dims.map((_, axis) => axis).slice(1);
  const found = axes.filter(() => b.random.integer(0, 1) === 0);
  return found.length > 0 ? found : [b.random.pick(axes)];
}

/** Lists that are an input from a version on, and an attribute before. */
export function listed(
  b: OnnxBuilder,
  { since, attribute, list }: { since: number; attribute: string; list: readonly number[] },
): { readonly inputs: readonly string[]; readonly attributes: Readonly<Record<string, readonly number[]>> } {
  return b.opset >= since
    ? { inputs: [b.ints(list)], attributes: {} }
    : { inputs: [], attributes: { [attribute]: list } };
}

/** A mean over axes, which stay. */
export function meanOver(b: OnnxBuilder, x: string, axes: readonly number[]): string {
  const { inputs, attributes } = listed(b, { since: 18, attribute: 'axes', list: axes });
  return b.node('ReduceMean', [x, ...inputs], { ...attributes, keepdims: 1 });
}

/** The last axes of a shape, each whole or of length 1: what is broadcast to it. */
export function broadcastShape(b: OnnxBuilder, dims: readonly number[]): number[] {
  const count = b.random.integer(0, dims.length);
  return dims.slice(dims.length - count).map((length) => (b.random.integer(0, 1) === 0 ? length : 1));
}

/** A signal as an image of one column. */
export function asImage(b: OnnxBuilder, x: Drawn): Drawn {
  if (x.dims.length >= 4) return x;
  const dims = [...x.dims, ...new Array<number>(4 - x.dims.length).fill(1)];
  return { name: b.node('Reshape', [x.name, b.ints(dims)]), dims };
}

/** The tensor so many times one behind the other along an axis. */
export function copied(b: OnnxBuilder, x: Drawn, axis: number, times: number): Drawn {
  const copies = Array.from({ length: times }, (_, i) =>
    i === 0 ? x.name : b.node('Mul', [x.name, b.floats([], [1 - 0.3 * i])]),
  );
  return { name: b.node('Concat', copies, { axis }), dims: x.dims.with(axis, times * (x.dims[axis] ?? 1)) };
}

/** All axes as one, behind the batch. */
export function flat(b: OnnxBuilder, { name, dims }: Drawn): Drawn {
  return { name: b.node('Flatten', [name]), dims: [1, size(dims)] };
}

export function size(dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, 1);
}
