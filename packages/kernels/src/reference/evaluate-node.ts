import { KernelsError } from '../errors.ts';
import type { TailNode } from '../tail/tail.ts';
import { evaluationOf } from './operations/table.ts';
import type { Tensor } from './tensor.ts';

/**
 * Returns the value of one operation on its inputs, in float64.
 *
 * @throws KernelsError `invalid-input` for operations whose value must be given
 */
export function evaluateNode(
  node: Pick<TailNode, 'name' | 'operation' | 'shape'>,
  inputs: readonly Tensor[],
): Float64Array {
  const { operation, shape } = node;
  const [x] = inputs;
  if (operation.kind === 'target' || operation.kind === 'constant' || operation.kind === 'opaque' || !x) {
    throw new KernelsError(
      'invalid-input',
      `The value of node "${node.name}" (${operation.kind}) was not given, and it cannot be evaluated from the tail.`,
    );
  }
  return evaluationOf(operation)(operation, x, shape, inputs);
}
