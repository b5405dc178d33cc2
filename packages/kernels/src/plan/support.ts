import { factsOf } from '../operations/operation-facts.ts';
import type { Operation } from '../operations/operation.ts';
import { sizeOf, type Shape } from '../tail/shape.ts';

/** A tensor with the variant that each element belongs to, counted from 1; 0 where it belongs to none. */
export interface OwnedTensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/**
 * The support rule, by looking at every element: returns the owners of an operation's result, or null where some
 * element of it reads elements of two owners. Slow; `owner-rules.ts` knows the frequent cases without looking.
 */
export function ownersAfter(
  operation: Operation,
  inputs: readonly OwnedTensor[],
  shape: Shape,
): Float64Array | null {
  const shapes = inputs.map((input) => input.shape);
  const support = factsOf(operation).support(operation, shapes, shape);
  if (!support) return null;
  const ofSet = new Float64Array(support.sets);
  for (let set = 0; set < support.sets; set++) {
    let owner = 0;
    support.visit(set, (element, input) => {
      owner = join(owner, inputs[input]?.data[element] ?? 0);
    });
    if (owner === TWO_OWNERS) return null;
    ofSet[set] = owner;
  }
  return new Float64Array(sizeOf(shape)).map((_, element) => ofSet[support.setOf(element)] ?? 0);
}

const TWO_OWNERS = -1;

function join(a: number, b: number): number {
  if (a === 0 || a === b) return b;
  return b === 0 ? a : TWO_OWNERS;
}
