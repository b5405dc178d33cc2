import { factsOf } from './operation-facts.ts';
import type { Operation } from './operation.ts';
import type { Shape } from '../tail/shape.ts';
import type { Tail } from '../tail/tail.ts';

/** Multiply-adds of an operation on one input. */
export function operationsOf(operation: Operation, input: Shape, shape: Shape): number {
  return factsOf(operation).multiplyAdds(operation, input, shape);
}

/** Multiply-adds of one pass of the tail: of all that depends on the target. */
export function tailOperations(tail: Tail): number {
  const depends: boolean[] = [];
  return tail.nodes.reduce((sum, { operation, inputs, shape }, index) => {
    depends.push(index === tail.target || inputs.some((input) => depends[input]));
    const input = tail.nodes[inputs[0] ?? -1]?.shape ?? [];
    return depends[index] ? sum + operationsOf(operation, input, shape) : sum;
  }, 0);
}
