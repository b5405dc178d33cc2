import { operationsOf } from '../operations/tail-operations.ts';
import { sizeOf } from '../tail/shape.ts';
import type { Graph } from './graph.ts';

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
export function graphCost({ nodes }: Graph): GraphCost {
  let [operations, elements, largest] = [0, 0, 1];
  for (const { operation, inputs, shape } of nodes) {
    const size = sizeOf(shape);
    elements += size;
    largest = Math.max(largest, size);
    if (operation.kind === 'input' || operation.kind === 'identity') continue;
    operations += operationsOf(operation, nodes[inputs[0] ?? -1]?.shape ?? [], shape);
  }
  return { operations, elements, largest };
}
