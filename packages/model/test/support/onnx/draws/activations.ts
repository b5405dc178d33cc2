import type { AttributeValue, OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { broadcastShape, positive, type Draw, type Draws } from './draw.ts';

const plain =
  (type: string, attributes: (b: OnnxBuilder) => Record<string, AttributeValue> = () => ({})): Draw =>
  (b, { name }) =>
    b.node(type, [name], attributes(b));

/** Of numbers above 0. */
const ofPositive =
  (type: string): Draw =>
  (b, { name }) =>
    b.node(type, [positive(b, name)]);

const fraction = (b: OnnxBuilder, low: number, high: number): { readonly float: number } => ({
  float: b.random.uniform(low, high),
});

const clip: Draw = (b, { name }) => {
  const [least, most] = [b.random.uniform(-1, 0), b.random.uniform(0, 1)];
  const [hasLeast, hasMost] = b.random.pick([
    [true, true],
    [true, false],
    [false, true],
  ] as const);
  if (b.opset < 11) {
    const bounds = { ...(hasLeast && { min: { float: least } }), ...(hasMost && { max: { float: most } }) };
    return b.node('Clip', [name], bounds);
  }
  const input = (isThere: boolean, value: number): string => (isThere ? b.floats([], [value]) : '');
  return b.node('Clip', [name, input(hasLeast, least), ...(hasMost ? [input(true, most)] : [])]);
};

/** Operators of one tensor, element by element. */
export const activationDraws: Draws = {
  ...Object.fromEntries(
    'Relu Sigmoid Tanh Softplus Softsign Identity Abs Neg Erf Exp HardSwish Mish'
      .split(' ')
      .map((type) => [type, plain(type)]),
  ),
  ...Object.fromEntries('Log Sqrt Reciprocal'.split(' ').map((type) => [type, ofPositive(type)])),
  Elu: plain('Elu', (b) => ({ alpha: fraction(b, 0.2, 1.5) })),
  Celu: plain('Celu', (b) => ({ alpha: fraction(b, 0.2, 1.5) })),
  Selu: plain('Selu', (b) => ({ alpha: fraction(b, 0.5, 2), gamma: fraction(b, 0.5, 2) })),
  LeakyRelu: plain('LeakyRelu', (b) => ({ alpha: fraction(b, 0.01, 0.5) })),
  ThresholdedRelu: plain('ThresholdedRelu', (b) => ({ alpha: fraction(b, 0, 0.5) })),
  HardSigmoid: plain('HardSigmoid', (b) => ({ alpha: fraction(b, 0.1, 2), beta: fraction(b, 0.2, 0.8) })),
  Shrink: plain('Shrink', (b) => ({ lambd: fraction(b, 0.1, 0.6), bias: fraction(b, 0, 0.4) })),
  Gelu: plain('Gelu', (b) => ({ approximate: b.random.pick(['none', 'tanh']) })),
  Swish: plain('Swish', (b) => ({ alpha: b.random.pick([{ float: 1 }, fraction(b, 0.5, 2)]) })),
  PRelu: (b, { name, dims }) => b.node('PRelu', [name, b.weight(broadcastShape(b, dims))]),
  Clip: clip,
};
