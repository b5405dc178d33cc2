import { KernelsError } from '../errors.ts';
import { sizeOf } from '../tail/shape.ts';
import type { Tail } from '../tail/tail.ts';
import { evaluateNode } from './evaluate-node.ts';
import type { Tensor } from './tensor.ts';

/**
 * Returns the value of every node, `[batch, ...shape]`, evaluated in float64 from the definitions alone: the oracle
 * against which planners and executors are held. Slow, and meant to be.
 *
 * @param values `[batch, ...shape]` for the target, every constant and every opaque node that is needed; a node named
 *   here is not evaluated, so any tensor of the tail can be replaced
 * @param batch number of inputs, each evaluated by itself
 * @throws KernelsError `invalid-input` where a value is missing or has the wrong length, `invalid-tail` where nodes are
 *   not in topological order
 */
export function evaluateTail(
  tail: Tail,
  values: ReadonlyMap<number, Float64Array>,
  batch = 1,
): Float64Array[] {
  const results = tail.nodes.map(({ shape }) => new Float64Array(batch * sizeOf(shape)));
  for (let n = 0; n < batch; n++) {
    evaluateInput(tail, (index) => sliceInput(tail, values, index, n, batch)).forEach((data, index) => {
      results[index]?.set(data, n * data.length);
    });
  }
  return results;
}

function evaluateInput(
  tail: Tail,
  given: (index: number) => Float64Array | undefined,
): readonly Float64Array[] {
  const tensors: Tensor[] = [];
  tail.nodes.forEach((node, index) => {
    const inputs = node.inputs.map((input) => {
      const tensor = tensors[input];
      if (!tensor)
        throw new KernelsError('invalid-tail', `Node "${node.name}" comes before one of its inputs.`);
      return tensor;
    });
    tensors.push({ shape: node.shape, data: given(index) ?? evaluateNode(node, inputs) });
  });
  return tensors.map(({ data }) => data);
}

/** The part of a given value that belongs to one input, or undefined where the node has none. */
function sliceInput(
  tail: Tail,
  values: ReadonlyMap<number, Float64Array>,
  index: number,
  input: number,
  batch: number,
): Float64Array | undefined {
  const value = values.get(index);
  const node = tail.nodes[index];
  if (!value || !node) return undefined;
  const size = sizeOf(node.shape);
  if (value.length === batch * size) return value.subarray(input * size, (input + 1) * size);
  throw new KernelsError(
    'invalid-input',
    `Node "${node.name}" takes ${String(batch)} x ${String(size)} values, but ${String(value.length)} were given.`,
  );
}
