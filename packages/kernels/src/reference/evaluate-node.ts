import { KernelsError } from '../errors.ts';
import { sizeOf, type Shape } from '../tail/shape.ts';
import type { TailNode } from '../tail/tail.ts';
import { activate } from './activation-functions.ts';
import { merge, prelu, scaleAndShift } from './operations/elementwise.ts';
import { dense, normalizeLayer, softmax } from './operations/mixing.ts';
import { concatenate, permute, resize, shift } from './operations/moves.ts';
import { convolve, convolveDepthwise, globalPool, pool } from './operations/windows.ts';
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
