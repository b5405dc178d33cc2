import type { Operation } from '../operations/operation.ts';
import type { Shape } from '../tail/shape.ts';
import type { ScoreFunction } from '../tail/tail.ts';

/** Index into `Graph.nodes`. */
export type NodeId = number;

/**
 * A whole network at inference as plain data, for inputs of definite sizes: what importers make and engines run. A `Tail`
 * is a cut of it.
 *
 * Tensors are channels-last and carry no batch dimension: `[...positions, channels]`, row-major. Arrays of weights lie on
 * the host and are shared with whoever made the graph; nobody writes to them.
 */
export interface Graph {
  /** In topological order. */
  readonly nodes: readonly GraphNode[];
  /** The nodes that are fed, in the network's order; their operation is `input`. */
  readonly inputs: readonly NodeId[];
  /** In the network's order, at least one. */
  readonly outputs: readonly GraphOutput[];
}

/** One operation of a network and the tensor it makes. */
export interface GraphNode {
  /** The layer or node of the network it comes from; one that became several operations gives several nodes of one name. */
  readonly name: string;
  readonly operation: GraphOperation;
  readonly inputs: readonly NodeId[];
  readonly shape: Shape;
}

/** What a node of a network does: every operation of a tail, and where inputs come in or are handed on. */
export type GraphOperation =
  | { readonly kind: 'input' }
  /** Hands its input on: dropout and the like at inference. A tensor of its own, which may be ablated apart from its input. */
  | { readonly kind: 'identity' }
  | Exclude<Operation, { readonly kind: 'target' } | { readonly kind: 'constant' }>;

/** One of the outputs of a network: scores, and the logits they are made of. */
export interface GraphOutput {
  readonly name: string;
  readonly node: NodeId;
  /** What `scoreFunction` is applied to; the same node as the output where the network stops at the logits. */
  readonly logits: NodeId;
  readonly scoreFunction: ScoreFunction;
}
