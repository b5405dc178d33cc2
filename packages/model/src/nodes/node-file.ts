import type { ConstantTensor } from './constant-tensor.ts';

/**
 * A network in a file of nodes that name the tensors they read and yield: what ONNX files and GraphModels have in common. Nodes
 * that do not lead to an output are left out.
 */
export interface NodeFile<Node extends FileNode = FileNode> {
  /** For messages. */
  readonly name: string;
  readonly inputs: readonly FileValue[];
  readonly outputs: readonly FileOutput[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** Weights by the name of their tensor; they stay in the file's bytes until they are asked for. */
  readonly weights: ReadonlyMap<string, () => ConstantTensor>;
  /** How many numbers of weights it has; sizes of other tensors are none. */
  readonly parameters: number;
}

export interface FileNode {
  readonly name: string;
  /** Its operator, as the format calls it: `Conv`. */
  readonly type: string;
  /** Names of tensors; empty for inputs that are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Tensors around the node that graphs inside of it read: bodies of loops and the like. */
  readonly captured: readonly string[];
}

/** Names of all that a node reads: its inputs, then what it captures. */
export function readBy({ inputs, captured }: FileNode): readonly string[] {
  return [...inputs, ...captured];
}

/** Dimensions with the batch; null where a name or nothing stands for a size. */
export type FileShape = readonly (number | null)[];

export interface FileValue {
  /** What the network's user knows it by. */
  readonly name: string;
  /** The tensor. */
  readonly tensor: string;
  readonly shape: FileShape;
}

export type FileOutput = Pick<FileValue, 'name' | 'tensor'>;
