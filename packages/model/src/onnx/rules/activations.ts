import type { ActivationName } from '@ablation-cam/kernels';
import { absolute, clip, combined, hardSigmoid, prelu } from '../../nodes/operations/activations.ts';
import type { OnnxRule } from '../onnx-context.ts';

function plain(name: ActivationName): OnnxRule {
  return (context) => context.activation(name, context.tensor(0));
}

/** The largest and smallest numbers of float32 stand for no bound at all. */
function bound(value: number | undefined, missing: number): number {
  return value === undefined || Math.abs(value) >= 3.4e38 ? missing : value;
}

const clipRule: OnnxRule = (context) => {
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

const elu: OnnxRule = (context) =>
  context.activation('elu', context.tensor(0), context.attributes.float('alpha', 1));

const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

const selu: OnnxRule = (context) => {
  const alpha = context.attributes.float('alpha', SELU.alpha);
  const gamma = context.attributes.float('gamma', SELU.gamma);
  return context.affine(context.activation('elu', context.tensor(0), alpha), gamma, 0);
};

/** alpha * elu(x / alpha). */
const celu: OnnxRule = (context) => {
  const alpha = context.attributes.float('alpha', 1);
  const scaled = context.affine(context.tensor(0), 1 / alpha, 0);
  return context.affine(context.activation('elu', scaled, 1), alpha, 0);
};

/** x - bias above lambda, x + bias below -lambda, and 0 in between. */
const shrink: OnnxRule = (context) => {
  const [lambda, bias] = [context.attributes.float('lambd', 0.5), context.attributes.float('bias', 0)];
  const parts = [1, -1].map((sign) =>
    context.activation('thresholded-relu', context.affine(context.tensor(0), sign, -bias), lambda - bias),
  );
  return combined(context, 'subtract', parts);
};

/** Operators of one tensor, element by element. */
export const activationRules: Readonly<Record<string, OnnxRule>> = {
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
    return combined(context, 'multiply', [x, context.activation('sigmoid', context.affine(x, alpha, 0))]);
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
  PRelu: (context) => prelu(context, context.tensor(0), context.constant(1)),
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
    return combined(context, 'multiply', [x, hardSigmoid(context, x, 1 / 6, 0.5)]);
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
