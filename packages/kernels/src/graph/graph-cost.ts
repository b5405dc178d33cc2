import { operationsOf } from '../operations/tail-operations.ts';
import { sizeOf } from '../tail/shape.ts';
import type { Graph, NodeId } from './graph.ts';

/** What one input takes to go through a network. */
export interface GraphCost {
  /** Multiply-adds of its dense layers and convolutions. */
  readonly operations: number;
  /** Elements of all its tensors together: what a gradient keeps. */
  readonly elements: number;
  /** Elements of the largest tensor: what a forward pass holds at once, up to a small factor. */
  readonly largest: number;
}

/** Counts a graph. */
export function graphCost(graph: Graph): GraphCost {
  let [operations, elements, largest] = [0, 0, 1];
  for (const id of graph.nodes.keys()) {
    const cost = nodeCost(graph, id);
    operations += cost.operations;
    elements += cost.elements;
    largest = Math.max(largest, cost.elements);
  }
  return { operations, elements, largest };
}

/** Counts one node of a graph. */
export function nodeCost({ nodes }: Graph, id: NodeId): Omit<GraphCost, 'largest'> {
  const node = nodes[id];
  if (!node) throw new RangeError(`The graph has no node ${String(id)}.`);
  const { operation, inputs, shape } = node;
  const isFree = operation.kind === 'input' || operation.kind === 'identity';
  const operations = isFree ? 0 : operationsOf(operation, nodes[inputs[0] ?? -1]?.shape ?? [], shape);
  return { operations, elements: sizeOf(shape) };
}
