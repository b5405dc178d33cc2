import { isPointwise } from './sliding-window.ts';
import type { PoolOperation } from './pool.ts';
import { channelsOf, isSameShape, positionsOf, sizeOf, type Shape } from '../tail/shape.ts';
import type { Tail, TailNode } from '../tail/tail.ts';

/** What becomes of a tensor where each channel of the target is replaced by its mean. */
type Effect =
  /** It stays as it is. */
  | 'none'
  /** Its numbers change, but the mean of each of its channels, over all positions, does not. */
  | 'spread'
  /** Anything. */
  | 'any';

/**
 * Whether replacing channels of the target by their own means changes no logit: all that follows treats positions alike until it
 * takes the average over all of them. An identity of real numbers, of which float32 leaves some rounding if the sums are made.
 */
export function keepsMeans({ nodes, target, output }: Tail): boolean {
  const effects: Effect[] = [];
  nodes.forEach((node, index) => {
    const inputs = node.inputs.map((input) => effects[input] ?? 'none');
    const shapes = node.inputs.map((input) => nodes[input]?.shape ?? []);
    const effect = index === target ? 'spread' : effectOf(node, inputs, shapes);
    // The mean over a single position is the number itself.
    const isAlone = effect === 'spread' && sizeOf(positionsOf(node.shape)) === 1;
    effects.push(isAlone ? 'none' : effect);
  });
  return effects[output] === 'none';
}

function effectOf(
  { operation, shape }: TailNode,
  inputs: readonly Effect[],
  shapes: readonly Shape[],
): Effect {
  if (inputs.every((effect) => effect === 'none')) return 'none';
  if (inputs.includes('any')) return 'any';
  const [input = []] = shapes;
  switch (operation.kind) {
    case 'global-pool':
      return operation.reduction === 'average' ? 'none' : 'any';
    case 'pool':
      return isTiling(operation, input, shape) ? 'spread' : 'any';
    case 'convolution':
      return isPointwise(operation, input, shape) ? 'spread' : 'any';
    case 'affine':
    case 'dense':
    case 'concatenate':
      return 'spread';
    case 'reshape':
      return channelsOf(input) === channelsOf(shape) ? 'spread' : 'any';
    case 'merge':
      return mergeEffect(operation.function, inputs, shapes, shape);
    case 'activation':
    case 'prelu':
    case 'softmax':
    case 'layer-normalization':
    case 'group-normalization':
    case 'depthwise':
    case 'pad':
    case 'crop':
    case 'resize':
    case 'permute':
    case 'repeat':
    case 'target':
    case 'constant':
    case 'opaque':
      return 'any';
  }
}

/** Whether every position is averaged in one window, and all windows count as many. */
function isTiling({ reduction, window, strides }: PoolOperation, input: Shape, shape: Shape): boolean {
  const isWhole = window.every((size, axis) => {
    return size === strides[axis] && size * (shape[axis] ?? 0) === input[axis];
  });
  return reduction === 'average' && isWhole;
}

/** Sums of tensors of one shape, and factors that are the same at all positions. */
function mergeEffect(
  name: string,
  inputs: readonly Effect[],
  shapes: readonly Shape[],
  shape: Shape,
): Effect {
  const isChanged = (_: Shape, i: number): boolean => inputs[i] === 'spread';
  const changed = shapes.filter(isChanged);
  if (!changed.every((own) => isSameShape(own, shape))) return 'any';
  if (name === 'add' || name === 'subtract' || name === 'average') return 'spread';
  const factors = shapes.filter((own, i) => !isChanged(own, i));
  const isEverywhere = factors.every((own) => sizeOf(own) === channelsOf(own));
  return name === 'multiply' && changed.length === 1 && isEverywhere ? 'spread' : 'any';
}
