import type { GraphOperation, MergeFunction } from '@ablation-cam/kernels';
import type { ConstantTensor } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { everywhere, type NodeContext } from '../node-context.ts';

/** clip(x, least, most) out of the rectifiers there are. */
export function clip(context: NodeContext, x: GraphTensor, least: number, most: number): GraphTensor {
  if (least === -Infinity && most === Infinity) return context.map({ kind: 'identity' }, x);
  if (most === Infinity) {
    if (least === 0) return context.activation('relu', x);
    return context.affine(context.activation('relu', context.affine(x, 1, -least)), 1, least);
  }
  if (least === -Infinity) {
    return context.affine(context.activation('relu', context.affine(x, -1, most)), -1, most);
  }
  if (!(most > least)) return context.affine(x, 0, most);
  if (least === 0 && most === 6) return context.activation('relu6', x);
  const factor = 6 / (most - least);
  const scaled = context.affine(x, factor, -least * factor);
  return context.affine(context.activation('relu6', scaled), 1 / factor, least);
}

/** clip(alpha x + beta, 0, 1), where TensorFlow.js has 0.2 and 0.5. */
export function hardSigmoid(context: NodeContext, x: GraphTensor, alpha: number, beta: number): GraphTensor {
  return context.activation('hard-sigmoid', context.affine(x, 5 * alpha, 5 * (beta - 0.5)));
}

/** Of tensors that lie alike. */
export function combined(
  context: NodeContext,
  name: MergeFunction,
  tensors: readonly GraphTensor[],
): GraphTensor {
  const [first] = tensors;
  if (!first) throw new RangeError('Nothing to combine.');
  const nodes = tensors.map(({ node }) => node);
  const shape = context.builder.shape(first.node);
  return { node: context.add({ kind: 'merge', function: name }, nodes, shape), layout: first.layout };
}

/** `x` where it is positive, and `slope * x` elsewhere. */
export function prelu(context: NodeContext, x: GraphTensor, slope: ConstantTensor): GraphTensor {
  const shape = context.builder.shape(x.node);
  // A slope for each place of the last axis, or one for each element.
  const values = everywhere(slope, x.layout);
  const length = shape.at(-1) ?? 1;
  const isOfChannels = values.every((value, i) => value === values[i % length]);
  const operation: GraphOperation = isOfChannels
    ? {
        kind: 'prelu',
        slope: values.slice(0, length),
        slopeShape: shape.map((_, i) => (i === shape.length - 1 ? length : 1)),
      }
    : { kind: 'prelu', slope: values, slopeShape: shape };
  return context.map(operation, x);
}

/** relu(x) + relu(-x). */
export function absolute(context: NodeContext, x: GraphTensor): GraphTensor {
  const parts = [context.activation('relu', x), context.activation('relu', context.affine(x, -1, 0))];
  return combined(context, 'add', parts);
}
