import type { ElementType } from '../nodes/constant-tensor.ts';
import type { FileNode, NodeFile } from '../nodes/node-file.ts';
import type { Json, JsonObject } from '../files/json.ts';

/** The network of a TF.js GraphModel: what is read of it. */
export interface GraphModelFile extends NodeFile<GraphModelNode> {
  /** What kind of numbers inputs take. */
  readonly types: ReadonlyMap<string, ElementType>;
}

/** The first output of a node is called as the node, others `name:1` and so on. */
export interface GraphModelNode extends FileNode {
  /** As they are in the file: a message `AttrValue` of TensorFlow's as JSON each. */
  readonly attributes: JsonObject;
}

/** A GraphModel in parts, whoever has it: a file, or a `tf.GraphModel`. */
export interface GraphModelParts {
  /** For messages. */
  readonly name: string;
  readonly topology: Json | undefined;
  /** Which nodes are inputs and outputs, and what they are called. */
  readonly signature: Json | undefined;
  readonly weights: readonly GraphModelWeight[];
}

export interface GraphModelWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly read: () => Float32Array | Float64Array;
}
