import type { ActivationName, MergeFunction } from '@ablation-cam/kernels';
import type { GraphTensor } from '../graph-builder.ts';
import { everywhere, type NodeContext, type NodeRule } from '../node-context.ts';

function plain(name: ActivationName): NodeRule {
  return (context) => context.activation(name, context.tensor(0));
}

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

/** The largest and smallest numbers of float32 stand for no bound at all. */
function bound(value: number | undefined, missing: number): number {
  return value === undefined || Math.abs(value) >= 3.4e38 ? missing : value;
}

const clipRule: NodeRule = (context) => {
  const { attributes } = context;
  const given = (index: number, name: string): number | undefined =>
    context.optional(index)?.values[0] ?? (attributes.has(name) ? attributes.float(name, 0) : undefined);
  return clip(
    context,
    context.tensor(0),
    bound(given(1, 'min'), -Infinity),
    bound(given(2, 'max'), Infinity),
  );
};

/** clip(alpha x + beta, 0, 1), where TensorFlow.js has 0.2 and 0.5. */
function hardSigmoid(context: NodeContext, x: GraphTensor, alpha: number, beta: number): GraphTensor {
  return context.activation('hard-sigmoid', context.affine(x, 5 * alpha, 5 * (beta - 0.5)));
}

function gated(context: NodeContext, x: GraphTensor, gate: GraphTensor): GraphTensor {
  const shape = context.builder.shape(x.node);
  return {
    node: context.add({ kind: 'merge', function: 'multiply' }, [x.node, gate.node], shape),
    layout: x.layout,
  };
}

const prelu: NodeRule = (context) => {
  const x = context.tensor(0);
  const slope = context.constant(1);
  const shape = context.builder.shape(x.node);
  // A slope for each place of the last axis, or one for each element.
  const values = everywhere(slope, x.layout);
  const length = shape.at(-1) ?? 1;
  const isOfChannels = values.every((value, i) => value === values[i % length]);
  const operation = isOfChannels
    ? ({
        kind: 'prelu',
        slope: values.slice(0, length),
        slopeShape: shape.map((_, i) => (i === shape.length - 1 ? length : 1)),
      } as const)
    : ({ kind: 'prelu', slope: values, slopeShape: shape } as const);
  return context.map(operation, x);
};

const elu: NodeRule = (context) =>
  context.activation('elu', context.tensor(0), context.attributes.float('alpha', 1));

const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

const selu: NodeRule = (context) => {
  const alpha = context.attributes.float('alpha', SELU.alpha);
  const gamma = context.attributes.float('gamma', SELU.gamma);
  return context.affine(context.activation('elu', context.tensor(0), alpha), gamma, 0);
};

/** alpha * elu(x / alpha). */
const celu: NodeRule = (context) => {
  const alpha = context.attributes.float('alpha', 1);
  const scaled = context.affine(context.tensor(0), 1 / alpha, 0);
  return context.affine(context.activation('elu', scaled, 1), alpha, 0);
};

/** relu(x) + relu(-x). */
export function absolute(context: NodeContext, x: GraphTensor): GraphTensor {
  const parts = [context.activation('relu', x), context.activation('relu', context.affine(x, -1, 0))];
  return combined(context, 'add', parts);
}

/** x - bias above lambda, x + bias below -lambda, and 0 in between. */
const shrink: NodeRule = (context) => {
  const [lambda, bias] = [context.attributes.float('lambd', 0.5), context.attributes.float('bias', 0)];
  const parts = [1, -1].map((sign) =>
    context.activation('thresholded-relu', context.affine(context.tensor(0), sign, -bias), lambda - bias),
  );
  return combined(context, 'subtract', parts);
};

/** Of tensors that lie alike. */
function combined(context: NodeContext, name: MergeFunction, tensors: readonly GraphTensor[]): GraphTensor {
  const [first] = tensors;
  if (!first) throw new RangeError('Nothing to combine.');
  const nodes = tensors.map(({ node }) => node);
  const shape = context.builder.shape(first.node);
  return { node: context.add({ kind: 'merge', function: name }, nodes, shape), layout: first.layout };
}

/** Operators of one tensor, element by element. */
export const activationRules: Readonly<Record<string, NodeRule>> = {
  Relu: plain('relu'),
  Sigmoid: plain('sigmoid'),
  Tanh: plain('tanh'),
  Softplus: plain('softplus'),
  Softsign: plain('softsign'),
  Mish: plain('mish'),
  Swish: (context) => {
    const alpha = context.attributes.float('alpha', 1);
    const x = context.tensor(0);
    if (alpha === 1) return context.activation('swish', x);
    return gated(context, x, context.activation('sigmoid', context.affine(x, alpha, 0)));
  },
  Gelu: (context) =>
    context.activation(
      context.attributes.text('approximate', 'none') === 'tanh' ? 'gelu-tanh' : 'gelu',
      context.tensor(0),
    ),
  LeakyRelu: (context) =>
    context.activation('leaky-relu', context.tensor(0), context.attributes.float('alpha', 0.01)),
  ThresholdedRelu: (context) =>
    context.activation('thresholded-relu', context.tensor(0), context.attributes.float('alpha', 1)),
  Elu: elu,
  Selu: selu,
  Celu: celu,
  PRelu: prelu,
  Clip: clipRule,
  HardSigmoid: (context) =>
    hardSigmoid(
      context,
      context.tensor(0),
      context.attributes.float('alpha', 0.2),
      context.attributes.float('beta', 0.5),
    ),
  HardSwish: (context) => {
    const x = context.tensor(0);
    return gated(context, x, hardSigmoid(context, x, 1 / 6, 0.5));
  },
  Abs: (context) => absolute(context, context.tensor(0)),
  Erf: plain('error-function'),
  Exp: plain('exponential'),
  Log: plain('logarithm'),
  Reciprocal: plain('reciprocal'),
  Shrink: shrink,
  Sqrt: (context) => context.activation('power', context.tensor(0), 0.5),
  Neg: (context) => context.affine(context.tensor(0), -1, 0),
};
