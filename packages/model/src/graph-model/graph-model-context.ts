import { numbersOf, type ConstantTensor } from '../nodes/constant-tensor.ts';
import type { GraphTensor } from '../nodes/graph-builder.ts';
import { NodeContext, type Writing } from '../nodes/node-context.ts';
import { Attributes } from './attributes.ts';
import type { GraphModelNode } from './graph-model-file.ts';

/** Writes a node's operations; returns its outputs. @throws NoRule */
export type GraphModelRule = (context: GraphModelContext) => GraphTensor | readonly GraphTensor[];

/** A node of a GraphModel whose rule is at work. */
export class GraphModelContext extends NodeContext<GraphModelNode> {
  readonly attributes: Attributes;

  constructor(node: GraphModelNode, writing: Writing) {
    super(node, writing);
    this.attributes = new Attributes(node);
  }

  /** The numbers of an input that is known. */
  numbers(index: number): number[] {
    return numbersOf(this.constant(index));
  }

  /** An input that is known, counted from the end where it is negative. */
  constantAt(index: number): ConstantTensor {
    return this.constant(index < 0 ? index + this.inputs.length : index);
  }

  /** Whether the node's channels are the axis behind the batch. */
  get isChannelsFirst(): boolean {
    return isChannelsFirst(this.attributes);
  }

  /** The axis of the channels of a tensor of so many axes. */
  channelAxis(rank: number): number {
    return this.isChannelsFirst ? 1 : rank - 1;
  }

  /** A tensor of the node's layout with its channels behind the batch; nothing is moved for that. */
  channelsFirst(tensor: GraphTensor): GraphTensor {
    const rank = tensor.layout.axes.length;
    if (this.isChannelsFirst || rank < 3) return tensor;
    return this.builder.transpose(tensor, [0, rank - 1, ...range(1, rank - 1)]);
  }

  /** A tensor with its channels behind the batch in the node's layout. */
  inLayout(tensor: GraphTensor): GraphTensor {
    const rank = tensor.layout.axes.length;
    if (this.isChannelsFirst || rank < 3) return tensor;
    return this.builder.transpose(tensor, [0, ...range(2, rank), 1]);
  }

  /** Of numbers for each axis of the node's layout those of the positions. */
  ofPositions<T>(all: readonly T[]): readonly T[] {
    return this.isChannelsFirst ? all.slice(2) : all.slice(1, -1);
  }
}

export function isChannelsFirst(attributes: Attributes): boolean {
  return attributes.text('data_format', 'NHWC').startsWith('NC');
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
