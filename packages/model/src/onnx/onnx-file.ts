import type { AttributeProto, TensorProto } from 'onnx-buf';
import type { ConstantTensor } from './constant-tensor.ts';

/** The network in an ONNX file: what is read of it. Nodes that do not lead to an output are left out. */
export interface OnnxFile {
  /** For messages. */
  readonly name: string;
  /** The version of the operators of ONNX itself. */
  readonly opset: number;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** In topological order. */
  readonly nodes: readonly OnnxNode[];
  /** Weights by name, which stay in the file's bytes until they are asked for. */
  readonly weights: ReadonlyMap<string, () => ConstantTensor>;
  /** What the file says of shapes in between. */
  readonly shapes: ReadonlyMap<string, OnnxShape>;
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
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** The tensors in its attributes. */
  readonly tensorOf: (tensor: TensorProto) => ConstantTensor;
}
