import type { GraphModelBuilder } from '../graph-model-builder.ts';

/** A tensor while a network is drawn, with a batch of one: `[1, ...positions, channels]`. */
export interface Drawn {
  readonly name: string;
  readonly dims: readonly number[];
}

/** Adds a node of one operator behind `x`, with what its inputs need and attributes at random; returns the tensor it yields. */
export type Draw = (b: GraphModelBuilder, x: Drawn) => string;

/** Draws by the operator that each adds. */
export type Draws = Readonly<Record<string, Draw>>;

/** The same numbers, all above 0.2. */
export function positive(b: GraphModelBuilder, x: string): string {
  return b.node('AddV2', [b.node('Abs', [x]), b.floats([], [0.2])]);
}

/** An axis behind the batch; counted from the end now and then. */
export function anyAxis(b: GraphModelBuilder, { dims }: Drawn): number {
  return signed(b, b.random.integer(1, dims.length - 1), dims.length);
}

/** The same axis, perhaps counted from the end. */
export function signed(b: GraphModelBuilder, axis: number, rank: number): number {
  return b.random.integer(0, 2) === 0 ? axis - rank : axis;
}

/** One or more axes behind the batch, in order. */
export function someAxes(b: GraphModelBuilder, { dims }: Drawn): number[] {
  const axes = dims.map((_, axis) => axis).slice(1);
  const found = axes.filter(() => b.random.integer(0, 1) === 0);
  return found.length > 0 ? found : [b.random.pick(axes)];
}

/** A mean over axes, which stay. */
export function meanOver(b: GraphModelBuilder, x: string, axes: readonly number[]): string {
  return b.node('Mean', [x, b.ints(axes)], { keep_dims: true });
}

/** The last axes of a shape, each whole or of length 1: what is broadcast to it. */
export function broadcastShape(b: GraphModelBuilder, dims: readonly number[]): number[] {
  const count = b.random.integer(0, dims.length);
  return dims.slice(dims.length - count).map((length) => (b.random.integer(0, 1) === 0 ? length : 1));
}

/** A signal as an image of one column. */
export function asImage(b: GraphModelBuilder, x: Drawn): Drawn {
  if (x.dims.length >= 4) return x;
  const dims = [1, x.dims[1] ?? 1, 1, x.dims[2] ?? 1];
  return { name: b.node('Reshape', [x.name, b.ints(dims)]), dims };
}

/** The tensor so many times one behind the other along an axis. */
export function copied(b: GraphModelBuilder, x: Drawn, axis: number, times: number): Drawn {
  const copies = Array.from({ length: times }, (_, i) =>
    i === 0 ? x.name : b.node('Mul', [x.name, b.floats([], [1 - 0.3 * i])]),
  );
  return {
    name: b.node('ConcatV2', [...copies, b.int(axis)], { N: times }),
    dims: x.dims.with(axis, times * (x.dims[axis] ?? 1)),
  };
}

/** All axes as one, behind the batch. */
export function flat(b: GraphModelBuilder, { name, dims }: Drawn): Drawn {
  return { name: b.node('Reshape', [name, b.ints([1, -1])]), dims: [1, size(dims)] };
}

export function size(dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, 1);
}
