import { numbersOf } from '../nodes/constant-tensor.ts';
import type { GraphTensor } from '../nodes/graph-builder.ts';
import { NodeContext, type Writing } from '../nodes/node-context.ts';
import { Attributes } from './attributes.ts';
import type { OnnxNode } from './onnx-file.ts';

/** Writes a node's operations; returns its outputs. @throws NoRule */
export type OnnxRule = (context: OnnxContext) => GraphTensor | readonly GraphTensor[];

/** A node of an ONNX file whose rule is at work. */
export class OnnxContext extends NodeContext<OnnxNode> {
  readonly attributes: Attributes;

  constructor(
    node: OnnxNode,
    readonly opset: number,
    writing: Writing,
  ) {
    super(node, writing);
    this.attributes = new Attributes(node);
  }

  /** Numbers that newer versions have as an input and older ones as an attribute. */
  list(index: number, attribute: string): number[] | null {
    const given = this.optional(index);
    return given ? numbersOf(given) : this.attributes.ints(attribute);
  }
}
