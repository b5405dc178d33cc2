import type { AttributeProto, TensorProto } from 'onnx-buf';
import type { ConstantTensor } from './constant-tensor.ts';

/** The network in an ONNX file: what is read of it. Nodes that do not lead to an output are left out. */
export interface OnnxFile {
  /** For messages. */
  readonly name: string;
  /** The version of the operators of ONNX itself. */
  readonly opset: number;
  /** The versions of all operators it uses, by their domain; ONNX's own has the empty name. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** In topological order. */
  readonly nodes: readonly OnnxNode[];
  /** Weights by name, which stay in the file's bytes until they are asked for. */
  readonly weights: ReadonlyMap<string, () => ConstantTensor>;
  /** What the file says of shapes in between. */
  readonly shapes: ReadonlyMap<string, OnnxShape>;
  /** ONNX's data types of tensors, as far as the file says them. */
  readonly dataTypes: ReadonlyMap<string, number>;
}

/** Dimensions with the batch; null where a name or nothing stands for a size. */
export type OnnxShape = readonly (number | null)[];

export interface OnnxValue {
  readonly name: string;
  readonly shape: OnnxShape;
}

export interface OnnxNode {
  /** The node's name, or the first of its outputs where it has none. */
  readonly name: string;
  /** `Conv`; those of other domains than ONNX's own with the domain in front: `com.microsoft.FusedConv`. */
  readonly type: string;
  /** Names; empty for inputs that are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Tensors around the node that the graphs in its attributes read: bodies of loops and the like. */
  readonly captured: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** The tensors in its attributes. */
  readonly tensorOf: (tensor: TensorProto) => ConstantTensor;
}
