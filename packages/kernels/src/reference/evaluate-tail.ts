import { KernelsError } from '../errors.ts';
import { sizeOf } from '../tail/shape.ts';
import type { Shape, Tail, TailNode } from '../tail/tail.ts';
import { activate } from './activation-functions.ts';
import { merge, prelu, scaleAndShift } from './operations/elementwise.ts';
import { dense, normalizeLayer, softmax } from './operations/mixing.ts';
import { concatenate, permute, resize, shift } from './operations/moves.ts';
import { convolve, convolveDepthwise, globalPool, pool } from './operations/windows.ts';
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

function evaluateNode(node: TailNode, inputs: readonly Tensor[]): Float64Array {
  const { operation, shape } = node;
  const [x] = inputs;
  if (operation.kind === 'target' || operation.kind === 'constant' || operation.kind === 'opaque' || !x) {
    throw new KernelsError(
      'invalid-input',
      `The value of node "${node.name}" (${operation.kind}) was not given, and it cannot be evaluated from the tail.`,
    );
  }
  switch (operation.kind) {
    case 'activation':
      return x.data.map((value) => activate(operation, value));
    case 'affine':
      return scaleAndShift(operation, x);
    case 'pool':
      return pool(operation, x, shape);
    case 'global-pool':
      return globalPool(operation, x);
    case 'reshape':
      return x.data;
    case 'dense':
      return dense(operation, x);
    case 'convolution':
      return convolve(operation, x, shape);
    case 'depthwise':
      return convolveDepthwise(operation, x, shape);
    case 'prelu':
      return prelu(operation, x);
    case 'softmax':
      return softmax(operation, x);
    case 'layer-normalization':
      return normalizeLayer(operation, x);
    case 'merge':
      return merge(operation.function, inputs, shape);
    case 'concatenate':
      return concatenate(operation.axis, inputs, shape);
    case 'permute':
      return permute(operation.axes, x, shape);
    case 'pad':
      return shift(operation.before, x, shape);
    case 'crop':
      return shift(
        operation.before.map((count) => -count),
        x,
        shape,
      );
    case 'resize':
      return resize(operation, x, shape);
    case 'repeat':
      return repeat(x.data, shape);
  }
}

function repeat(vector: Float64Array, shape: Shape): Float64Array {
  return new Float64Array(sizeOf(shape)).map((_, i) => vector[i % vector.length] ?? 0);
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
