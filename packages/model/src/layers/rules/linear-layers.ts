import type { Shape } from '@ablation-cam/kernels';
import { isChannelsFirst, layerField, numberField, numbersField } from '../layer-fields.ts';
import { channelsLast, inputShapeOf, noRule, type LayerContext, type LayerRule } from '../translation.ts';
import { withOwnActivation } from './activations.ts';
import { slidingWindow, type LayerWindow } from './sliding-window.ts';

const NOT_BUILT = noRule('it has no weights yet');

/** Conv1D and Conv2D of TensorFlow.js, which does not read `groups`. */
const convolution: LayerRule = async (context) => {
  const { layer } = context;
  const kernel = await context.read('kernel');
  if (!kernel) return NOT_BUILT;
  const bias = await context.read('bias');
  const filters = numberField(layer, 'filters');
  const links = channelsLast(isChannelsFirst(layer), inputShapeOf(context), (shape) => {
    const { sliding, positions } = windowOf(context, shape, numbersField(layer, 'dilationRate'));
    return [
      {
        operation: { kind: 'convolution', filters, ...sliding, kernel, bias },
        shape: [...positions, filters],
      },
    ];
  });
  return withOwnActivation(context, links);
};

/** A convolution with groups, of this package: as many as channels make it depthwise. */
const groupedConvolution: LayerRule = async (context) => {
  const { layer } = context;
  const kernel = await context.read('kernel');
  if (!kernel) return NOT_BUILT;
  const bias = await context.read('bias');
  const [filters, groups] = [numberField(layer, 'filters'), numberField(layer, 'groups')];
  const shape = inputShapeOf(context);
  const channels = shape.at(-1) ?? 1;
  const { sliding, positions } = windowOf(context, shape, numbersField(layer, 'dilationRate'));
  const to = [...positions, filters];
  if (groups === channels) {
    const multiplier = filters / channels;
    return withOwnActivation(context, [
      { operation: { kind: 'depthwise', multiplier, ...sliding, kernel, bias }, shape: to },
    ]);
  }
  return withOwnActivation(context, [
    { operation: { kind: 'convolution', filters, groups, ...sliding, kernel, bias }, shape: to },
  ]);
};

/** The dilation is not read of TensorFlow.js's layer, as that does not read it. */
function depthwise(dilationOf: (context: LayerContext) => readonly number[]): LayerRule {
  return async (context) => {
    const { layer } = context;
    const kernel = await context.read('depthwiseKernel');
    if (!kernel) return NOT_BUILT;
    const bias = await context.read('bias');
    const multiplier = numberField(layer, 'depthMultiplier');
    const links = channelsLast(isChannelsFirst(layer), inputShapeOf(context), (shape) => {
      const { sliding, positions } = windowOf(context, shape, dilationOf(context));
      const channels = (shape.at(-1) ?? 0) * multiplier;
      return [
        {
          operation: { kind: 'depthwise', multiplier, ...sliding, kernel, bias },
          shape: [...positions, channels],
        },
      ];
    });
    return withOwnActivation(context, links);
  };
}

const separable: LayerRule = async (context) => {
  const { layer } = context;
  if (isChannelsFirst(layer))
    return noRule('TensorFlow.js adds the bias to another axis with channels first');
  const kernel = await context.read('depthwiseKernel');
  const pointwise = await context.read('pointwiseKernel');
  if (!kernel || !pointwise) return NOT_BUILT;
  const bias = await context.read('bias');
  const shape = inputShapeOf(context);
  const multiplier = numberField(layer, 'depthMultiplier');
  const filters = numberField(layer, 'filters');
  const { sliding, positions } = windowOf(context, shape, numbersField(layer, 'dilationRate'));
  const ones = positions.map(() => 1);
  const onePosition = { window: ones, strides: ones, dilation: ones, padBefore: positions.map(() => 0) };
  return withOwnActivation(context, [
    {
      operation: { kind: 'depthwise', multiplier, ...sliding, kernel, bias: null },
      shape: [...positions, (shape.at(-1) ?? 0) * multiplier],
    },
    {
      operation: { kind: 'convolution', filters, ...onePosition, kernel: pointwise, bias },
      shape: [...positions, filters],
    },
  ]);
};

const dense: LayerRule = async (context) => {
  const kernel = await context.read('kernel');
  if (!kernel) return NOT_BUILT;
  const units = numberField(context.layer, 'units');
  const shape = [...inputShapeOf(context).slice(0, -1), units];
  const operation = { kind: 'dense', units, kernel, bias: await context.read('bias') } as const;
  return withOwnActivation(context, [{ operation, shape }]);
};

/** Layers that are linear but for the activation they may apply to their result. */
export const linearRules: Readonly<Record<string, LayerRule>> = {
  Conv1D: (context) =>
    isChannelsFirst(context.layer)
      ? noRule('TensorFlow.js does not move its channels back to the front')
      : convolution(context),
  Conv2D: (context) =>
    layerField(context.layer, 'padding') === 'causal'
      ? noRule('TensorFlow.js has no causal convolution of images')
      : convolution(context),
  DepthwiseConv2D: depthwise(() => [1, 1]),
  KerasDilatedDepthwise: depthwise(({ layer }) => numbersField(layer, 'dilationRate')),
  KerasConvolution: groupedConvolution,
  SeparableConv2D: separable,
  Dense: dense,
};

function windowOf(
  { layer }: LayerContext,
  shape: Shape,
  dilation: readonly number[],
): { sliding: LayerWindow; positions: number[] } {
  const sizes = {
    window: numbersField(layer, 'kernelSize'),
    strides: numbersField(layer, 'strides'),
    dilation,
  };
  return slidingWindow(shape.slice(0, -1), sizes, layerField(layer, 'padding'));
}
