import type { ActivationName } from '@ablation-cam/kernels';
import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { NoRule } from '../../nodes/node-context.ts';
import { absolute, clip, prelu } from '../../nodes/operations/activations.ts';
import { softmaxOver } from '../../nodes/operations/normalization.ts';
import type { GraphModelContext, GraphModelRule } from '../graph-model-context.ts';

function plain(name: ActivationName): GraphModelRule {
  return (context) => context.activation(name, context.tensor(0));
}

/** What `fused_ops` of fused nodes may end with; the slopes of a Prelu are another input, at the place given. */
export function fusedActivation(
  context: GraphModelContext,
  x: GraphTensor,
  name: string,
  slopes: number,
): GraphTensor {
  switch (name) {
    case 'Relu':
      return context.activation('relu', x);
    case 'Relu6':
      return context.activation('relu6', x);
    case 'Elu':
      return context.activation('elu', x, 1);
    case 'Sigmoid':
      return context.activation('sigmoid', x);
    case 'Tanh':
      return context.activation('tanh', x);
    case 'LeakyRelu':
      return context.activation('leaky-relu', x, context.attributes.number('leakyrelu_alpha', 0.2));
    case 'Prelu':
      return prelu(context, x, context.constant(slopes));
    default:
      throw new NoRule(`"${name}" is fused into it`);
  }
}

function softmax(log: boolean): GraphModelRule {
  return (context) => softmaxOver(context, context.tensor(0), [context.dims().length - 1], log);
}

/** Operators of one tensor, element by element, and over the last axis. */
export const activationRules: Readonly<Record<string, GraphModelRule>> = {
  Relu: plain('relu'),
  Relu6: plain('relu6'),
  Sigmoid: plain('sigmoid'),
  Tanh: plain('tanh'),
  Softplus: plain('softplus'),
  Selu: plain('selu'),
  Erf: plain('error-function'),
  Exp: plain('exponential'),
  Log: plain('logarithm'),
  Reciprocal: plain('reciprocal'),
  Sqrt: (context) => context.activation('power', context.tensor(0), 0.5),
  Rsqrt: (context) => context.activation('power', context.tensor(0), -0.5),
  Elu: (context) => context.activation('elu', context.tensor(0), 1),
  LeakyRelu: (context) =>
    context.activation('leaky-relu', context.tensor(0), context.attributes.number('alpha', 0.2)),
  Prelu: (context) => prelu(context, context.tensor(0), context.constant(1)),
  ClipByValue: (context) => {
    const [[least = NaN], [most = NaN]] = [context.numbers(1), context.numbers(2)];
    return clip(context, context.tensor(0), least, most);
  },
  Abs: (context) => absolute(context, context.tensor(0)),
  Neg: (context) => context.affine(context.tensor(0), -1, 0),
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
};
