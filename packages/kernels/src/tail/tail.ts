import type { Operation } from '../operations/operation.ts';
import type { Shape } from './shape.ts';

/**
 * The tail of a network - everything between the target layer's output and the logits - as plain data.
 *
 * Tensors are channels-last and carry no batch dimension here: `[...positions, channels]`, row-major.
 * Arrays of weights are shared with whoever extracted the tail; nobody writes to them.
 */
export interface Tail {
  /** Nodes in topological order; a node names its inputs by their index in this list. */
  readonly nodes: readonly TailNode[];
  /** Index of the node whose channels are ablated; its operation is `target`. */
  readonly target: number;
  /** Index of the node that holds the logits, shape `[classes]`. */
  readonly output: number;
  /** How logits become class scores in [0, 1]; `linear` means the network stops at the logits. */
  readonly scoreFunction: ScoreFunction;
}

/** One operation of a tail and the tensor it makes; `inputs` are places in `Tail.nodes`, `shape` is without the batch. */
export interface TailNode {
  /** The layer this node comes from; a layer with a fused activation gives two nodes of one name. */
  readonly name: string;
  readonly operation: Operation;
  readonly inputs: readonly number[];
  readonly shape: Shape;
}

/** `sigmoid` scores every class by itself; a one-unit sigmoid is given as two logits, -z and z. */
export type ScoreFunction = 'softmax' | 'sigmoid' | 'linear';
