import type { NodeId, Shape } from '@ablation-cam/kernels';
import type { ConstantTensor } from '../constant-tensor.ts';
import type { Dims } from '../layout.ts';
import type { OnnxNode } from '../onnx-file.ts';

/** The node of the file behind `opaque` nodes of a graph, one for each of its outputs that is read. */
export interface OpaqueSource {
  readonly node: OnnxNode;
  /** The version of the operators of the node's domain, and of ONNX itself for the graphs in its attributes. */
  readonly opsets: ReadonlyMap<string, number>;
  /** The nodes' inputs in the order of the file, then what the graphs in its attributes read; null where one is left out. */
  readonly inputs: readonly (OpaqueInput | null)[];
  readonly outputs: readonly OpaqueOutput[];
}

export type OpaqueInput =
  | {
      readonly kind: 'tensor';
      readonly name: string;
      /** Its place among the inputs of the graph's nodes, which hold its values in the file's order. */
      readonly place: number;
      readonly dims: Dims;
      readonly dataType: number;
    }
  | {
      readonly kind: 'constant';
      readonly name: string;
      readonly constant: ConstantTensor;
      readonly dataType: number;
    };

export interface OpaqueOutput {
  readonly name: string;
  readonly node: NodeId;
  readonly shape: Shape;
}
