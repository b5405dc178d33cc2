import type { ActivationName, GraphOperation, NodeId, Shape } from '@ablation-cam/kernels';
import { axisIn } from './axis.ts';
import { broadcastStrides, type ConstantTensor } from './constant-tensor.ts';
import type { GraphBuilder, GraphTensor } from './graph-builder.ts';
import {
  axisOfFactors,
  dimsOf,
  factorsOf,
  layoutOf,
  positionAxes,
  product,
  sizeOfFactors,
  type Dims,
  type AxisLayout,
} from './layout.ts';
import type { FileNode } from './node-file.ts';
import { misfit } from './weights-fit.ts';

/** What a tensor of the file is when its node's turn comes. */
export type Value =
  | { readonly kind: 'tensor'; readonly tensor: GraphTensor }
  | { readonly kind: 'constant'; readonly constant: ConstantTensor };

/** Why a node has no operations here: it becomes an `opaque` one. */
export class NoRule extends Error {
  override readonly name = 'NoRule';
}

/** What a node is written with. */
export interface Writing {
  readonly builder: GraphBuilder;
  readonly memo: Memo;
  /** Its inputs; null for those that are left out. */
  readonly inputs: readonly (Value | null)[];
  /** Whether somebody reads a tensor. */
  readonly isRead: (name: string) => boolean;
}

/** A node of the file whose operations are written. What its attributes say is the format's to know. */
export class NodeContext<Node extends FileNode = FileNode> implements Writing {
  readonly builder: GraphBuilder;
  readonly memo: Memo;
  readonly inputs: readonly (Value | null)[];
  readonly isRead: (name: string) => boolean;

  constructor(
    readonly node: Node,
    { builder, memo, inputs, isRead }: Writing,
  ) {
    this.builder = builder;
    this.memo = memo;
    this.inputs = inputs;
    this.isRead = isRead;
  }

  /** Whether anybody reads another output than the first: exporters name all that there are. */
  get readsMore(): boolean {
    return this.node.outputs.slice(1).some((output) => output !== '' && this.isRead(output));
  }

  /** An input that depends on the network's input. */
  tensor(index: number): GraphTensor {
    const found = this.inputs[index];
    if (found?.kind === 'tensor') return found.tensor;
    throw new NoRule(`its input ${String(index)} does not depend on the network's input`);
  }

  /** An input that is known, or null where it is left out. */
  optional(index: number): ConstantTensor | null {
    const found = this.inputs[index];
    if (!found) return null;
    if (found.kind === 'constant') return found.constant;
    throw new NoRule(`its input ${String(index)} depends on the network's input`);
  }

  constant(index: number): ConstantTensor {
    const found = this.optional(index);
    if (found) return found;
    throw new NoRule(`it has no input ${String(index)}`);
  }

  dims(index = 0): Dims {
    return dimsOf(this.tensor(index).layout);
  }

  axis(rank: number, axis: number): number {
    return axisIn(rank, axis, this.node.name);
  }

  /** The input as images or signals of channels last: `[...positions, channels]`. */
  channelsLast(tensor: GraphTensor): NodeId {
    const rank = tensor.layout.axes.length;
    if (tensor.layout.axes[0] !== 0) throw new NoRule('the axis of the batch holds something else');
    return this.builder.lay(tensor, [...positionAxes(rank).map((axis) => [axis]), [1]]);
  }

  /** `[...positions, channels]` of the node as a tensor `[1, channels, ...positions]`. */
  fromChannelsLast(node: NodeId): GraphTensor {
    const shape = this.builder.shape(node);
    const dims = [1, shape.at(-1) ?? 1, ...shape.slice(0, -1)];
    return { node, layout: layoutOf(dims, [...positionAxes(dims.length), 1]) };
  }

  /** @throws NoRule where its weights are not those of its input */
  add(operation: GraphOperation, inputs: readonly NodeId[], shape: Shape): NodeId {
    const [x] = inputs;
    const reason = x === undefined ? null : misfit(operation, this.builder.shape(x));
    if (reason !== null) throw new NoRule(reason);
    return this.builder.add(operation, inputs, shape);
  }

  /** An operation that keeps the input's shape and treats all its elements alike. */
  map(operation: GraphOperation, { node, layout }: GraphTensor): GraphTensor {
    return { node: this.add(operation, [node], this.builder.shape(node)), layout };
  }

  activation(name: ActivationName, tensor: GraphTensor, alpha?: number): GraphTensor {
    const operation = { kind: 'activation', function: name } as const;
    return this.map(alpha === undefined ? operation : { ...operation, alpha }, tensor);
  }

  /** `scale * x + shift`, of numbers or of constants that are broadcast to the tensor. */
  affine(tensor: GraphTensor, scale: number | ConstantTensor, shift: number | ConstantTensor): GraphTensor {
    const { node, layout } = tensor;
    const own = this.builder.shape(node);
    const ofChannels = [scale, shift].map((values) => alongLastAxis(values, layout, own));
    const [factors, summands] = ofChannels;
    if (factors && summands) return this.map({ kind: 'affine', scale: factors, shift: summands }, tensor);
    // One pair for each element: a vector of as many channels.
    const flat = this.builder.reshape(node, [product(own)]);
    const operation = {
      kind: 'affine',
      scale: everywhere(scale, layout),
      shift: everywhere(shift, layout),
    } as const;
    const result = this.add(operation, [flat], [product(own)]);
    return { node: this.builder.reshape(result, own), layout };
  }
}

/** What was made of weights, so that networks of other sizes share it. */
export class Memo {
  readonly #made = new WeakMap<ConstantTensor, Map<string, Float32Array>>();

  of(tensor: ConstantTensor, key: string, make: () => Float32Array): Float32Array {
    const own = this.#made.get(tensor) ?? new Map<string, Float32Array>();
    this.#made.set(tensor, own);
    const known = own.get(key) ?? make();
    own.set(key, known);
    return known;
  }
}

/** The strides with which a constant is read along the factors of a tensor, which it is broadcast to. */
function factorStrides(constant: ConstantTensor, layout: AxisLayout): number[] {
  const dims = dimsOf(layout);
  const extra = constant.dims.length - dims.length;
  const own = constant.dims.slice(Math.max(0, extra));
  const fits =
    constant.dims.slice(0, Math.max(0, extra)).every((length) => length === 1) &&
    own.every((length, i) => length === 1 || length === dims[dims.length - own.length + i]);
  if (!fits) throw new NoRule('a constant makes its result larger');
  const strides = broadcastStrides(own, dims);
  const owners = axisOfFactors(layout);
  return layout.factors.map((_, factor) => {
    const axis = owners[factor] ?? 0;
    const inner = factorsOf(layout, axis).filter((other) => other > factor);
    return (strides[axis] ?? 0) * sizeOfFactors(layout, inner);
  });
}

/** The constant at the factors given, in their order; it must not depend on others. */
function readAlong(
  constant: ConstantTensor,
  layout: AxisLayout,
  strides: readonly number[],
  factors: readonly number[],
): Float32Array {
  const size = sizeOfFactors(layout, factors);
  return Float32Array.from({ length: size }, (_, i) => {
    let [rest, place] = [i, 0];
    for (const factor of factors.toReversed()) {
      const length = layout.factors[factor] ?? 1;
      place += (rest % length) * (strides[factor] ?? 0);
      rest = Math.floor(rest / length);
    }
    return constant.values[place] ?? 0;
  });
}

/** One value for each place of the node's last axis, or null where the constant differs along other axes. */
export function alongLastAxis(
  constant: number | ConstantTensor,
  layout: AxisLayout,
  shape: Shape,
): Float32Array | null {
  const length = shape.at(-1) ?? 1;
  if (typeof constant === 'number') return new Float32Array(length).fill(constant);
  const strides = factorStrides(constant, layout);
  const last: number[] = [];
  for (const factor of layout.memory.toReversed()) {
    if (sizeOfFactors(layout, last) >= length) break;
    last.unshift(factor);
  }
  const varies = layout.memory.filter((factor) => strides[factor] !== 0);
  if (varies.length === 0) return new Float32Array(length).fill(constant.values[0] ?? 0);
  if (sizeOfFactors(layout, last) !== length || varies.some((factor) => !last.includes(factor))) return null;
  return readAlong(constant, layout, strides, last);
}

/** One value for each element of the tensor, as it lies in memory. */
export function everywhere(constant: number | ConstantTensor, layout: AxisLayout): Float32Array {
  if (typeof constant === 'number')
    return new Float32Array(sizeOfFactors(layout, layout.memory)).fill(constant);
  return readAlong(constant, layout, factorStrides(constant, layout), layout.memory);
}
