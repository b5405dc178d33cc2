import type { AttributeProto, TensorProto } from 'onnx-buf';
import type { ConstantTensor } from '../nodes/constant-tensor.ts';
import type { FileNode, FileShape, NodeFile } from '../nodes/node-file.ts';

/** The network in an ONNX file: what is read of it. */
export interface OnnxFile extends NodeFile<OnnxNode> {
  /** The version of the operators of ONNX itself. */
  readonly opset: number;
  /** The versions of all operators it uses, by their domain; ONNX's own has the empty name. */
  readonly opsets: ReadonlyMap<string, number>;
  /** What the file says of shapes of tensors in between, and of outputs. */
  readonly shapes: ReadonlyMap<string, FileShape>;
  /** ONNX's data types of tensors, as far as the file says them. */
  readonly dataTypes: ReadonlyMap<string, number>;
}

/**
 * A node is called by its own name, or the first of its outputs where it has none; operators of other domains than ONNX's own have
 * the domain in front: `com.microsoft.FusedConv`.
 */
export interface OnnxNode extends FileNode {
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** The tensors in its attributes. */
  readonly tensorOf: (tensor: TensorProto) => ConstantTensor;
}
