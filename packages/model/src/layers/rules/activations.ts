import type { ActivationName, Shape } from '@ablation-cam/kernels';
import { Relu } from '../../layers-of-our-own/relu.ts';
import { activationField, layerField, numberField, weightField } from '../layer-fields.ts';
import {
  inputShapeOf,
  noRule,
  type LayerContext,
  type LayerRule,
  type Link,
  type Translation,
} from '../translation.ts';

/** Activation functions of TensorFlow.js, and of this package, by their class names. */
const ACTIVATIONS: Readonly<Record<string, ActivationName>> = {
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  selu: 'selu',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hard-sigmoid',
  tanh: 'tanh',
  softplus: 'softplus',
  softsign: 'softsign',
  swish: 'swish',
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  mish: 'mish',
  kerasHardSilu: 'hard-swish',
  kerasExponential: 'exponential',
  kerasSquareplus: 'squareplus',
};

/** Returns the chain for an activation function by its TensorFlow.js name. */
export function activationLinks(name: string, shape: Shape): Translation {
  if (name === 'linear') return [];
  if (name === 'softmax' || name === 'logSoftmax') {
    return [{ operation: { kind: 'softmax', log: name === 'logSoftmax' }, shape }];
  }
  if (name === 'kerasHardSigmoid') return clipped(shape, 1, 3, 1 / 6, 0);
  if (name === 'kerasHardTanh') return clipped(shape, 3, 3, 1 / 3, -1);
  if (name === 'kerasLeakyRelu') return [activation('leaky-relu', shape, 0.2)];
  // log(1 / (1 + e^-x)) = -softplus(-x)
  if (name === 'kerasLogSigmoid')
    return [affine(-1, 0, shape), activation('softplus', shape), affine(-1, 0, shape)];
  const known = ACTIVATIONS[name];
  if (!known) return noRule(`its activation "${name}" is unknown`);
  return [activation(known, shape, known === 'elu' ? 1 : undefined)];
}

/** Appends the activation a layer applies to its own result. */
export function withOwnActivation(context: LayerContext, links: readonly Link[]): Translation {
  const own = context.withActivation ? activationField(context.layer) : null;
  if (!own) return links;
  const shape = links.at(-1)?.shape ?? inputShapeOf(context);
  const appended = activationLinks(own.getClassName(), shape);
  return 'reason' in appended ? appended : [...links, ...appended];
}

const identity: LayerRule = () => [];

/** Its value is x above the threshold, `slope * (x - threshold)` below, and the maximum where it is more. */
const reluOfKeras: LayerRule = ({ layer, ...context }) => {
  if (!(layer instanceof Relu)) return noRule('its class is not that of this package');
  const shape = inputShapeOf({ layer, ...context });
  const { maxValue, negativeSlope, threshold } = layer;
  if (threshold !== 0 && negativeSlope !== 0) return noRule('it has a threshold and a slope');
  const bend =
    threshold === 0
      ? activation('leaky-relu', shape, negativeSlope)
      : activation('thresholded-relu', shape, threshold);
  if (maxValue === null) return [bend];
  // min(x, most) = most - relu(most - x)
  return [bend, affine(-1, maxValue, shape), activation('relu', shape), affine(-1, maxValue, shape)];
};

export const activationRules: Readonly<Record<string, LayerRule>> = {
  Activation: (context) => withOwnActivation(context, []),
  ReLU: (context) => {
    const shape = inputShapeOf(context);
    const cap = layerField(context.layer, 'maxValue') ?? null;
    if (cap === null) return [activation('relu', shape)];
    return cappedRelu(numberField(context.layer, 'maxValue'), shape);
  },
  LeakyReLU: (context) => [
    activation('leaky-relu', inputShapeOf(context), numberField(context.layer, 'alpha')),
  ],
  ELU: (context) => [activation('elu', inputShapeOf(context), 1)],
  ThresholdedReLU: (context) => [
    activation('thresholded-relu', inputShapeOf(context), numberField(context.layer, 'theta')),
  ],
  PReLU: async (context) => {
    const shape = inputShapeOf(context);
    const slopeShape = weightField(context.layer, 'alpha')?.shape;
    const slope = await context.read('alpha');
    if (!slope || !slopeShape) return noRule('it has no slopes yet');
    return [{ operation: { kind: 'prelu', slope, slopeShape }, shape }];
  },
  // TensorFlow.js has a softmax along the last axis only, and fails along any other.
  Softmax: (context) => activationLinks('softmax', inputShapeOf(context)),

  KerasReLU: reluOfKeras,
  KerasIdentity: identity,

  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  AlphaDropout: identity,
};

/** min(relu(x), cap) = relu6(x * 6 / cap) * cap / 6. */
function cappedRelu(cap: number, shape: Shape): Translation {
  if (cap === 6) return [activation('relu6', shape)];
  if (!(cap > 0)) return noRule(`its maximum is ${String(cap)}, so that nothing passes it`);
  return clipped(shape, 6 / cap, 0, cap / 6, 0);
}

/** relu6(x * scale + shift) * newScale + newShift. */
function clipped(
  shape: Shape,
  scale: number,
  shift: number,
  newScale: number,
  newShift: number,
): readonly Link[] {
  return [affine(scale, shift, shape), activation('relu6', shape), affine(newScale, newShift, shape)];
}

/** x * scale + shift, the same for all channels. */
export function affine(scale: number, shift: number, shape: Shape): Link {
  const channels = shape.at(-1) ?? 1;
  return {
    operation: {
      kind: 'affine',
      scale: new Float32Array(channels).fill(scale),
      shift: new Float32Array(channels).fill(shift),
    },
    shape,
  };
}

function activation(name: ActivationName, shape: Shape, alpha?: number): Link {
  const operation = { kind: 'activation', function: name } as const;
  return { operation: alpha === undefined ? operation : { ...operation, alpha }, shape };
}
