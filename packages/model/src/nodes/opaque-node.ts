import type { NodeId, Shape } from '@ablation-cam/kernels';
import type { ConstantTensor } from './constant-tensor.ts';
import type { Dims } from './layout.ts';
import type { FileNode } from './node-file.ts';

/** A node of the file that has no operations here: behind `opaque` nodes of the graph, one for each of its outputs that is read. */
export interface OpaqueNode<Node extends FileNode = FileNode> {
  readonly from: Node;
  /** Its inputs in the order of the file, then what it captures; null where one is left out. */
  readonly inputs: readonly (OpaqueInput | null)[];
  readonly outputs: readonly OpaqueOutput[];
}

export type OpaqueInput =
  | {
      readonly kind: 'tensor';
      readonly name: string;
      /** Its place among the inputs of the graph's nodes, which hold its values in the file's order. */
      readonly place: number;
      /** With a batch of one. */
      readonly dims: Dims;
    }
  | { readonly kind: 'constant'; readonly name: string; readonly constant: ConstantTensor };

export interface OpaqueOutput {
  /** The tensor's name. */
  readonly name: string;
  readonly node: NodeId;
  /** Of the graph's node. */
  readonly shape: Shape;
}

/** The dimensions of an input, whatever it is. */
export function dimsOfInput(input: OpaqueInput): Dims {
  return input.kind === 'tensor' ? input.dims : input.constant.dims;
}
