import type { PoolReduction } from '@ablation-cam/kernels';
import { isChannelsFirst, layerField, numbersField } from '../layer-fields.ts';
import { GlobalPooling } from '../../layers-of-our-own/global-pooling.ts';
import { channelsLast, inputShapeOf, noRule, type LayerRule } from '../translation.ts';
import { slidingWindow } from './sliding-window.ts';

function pool(reduction: PoolReduction): LayerRule {
  return (context) =>
    channelsLast(isChannelsFirst(context.layer), inputShapeOf(context), (shape) => {
      const window = numbersField(context.layer, 'poolSize');
      const strides = numbersField(context.layer, 'strides');
      const { sliding, positions } = slidingWindow(
        shape.slice(0, -1),
        { window, strides, dilation: [1, 1] },
        layerField(context.layer, 'padding'),
      );
      const operation = { kind: 'pool', reduction, window, strides, padBefore: sliding.padBefore } as const;
      return [{ operation, shape: [...positions, shape.at(-1) ?? 0] }];
    });
}

function globalPool(reduction: PoolReduction): LayerRule {
  return (context) =>
    channelsLast(isChannelsFirst(context.layer), inputShapeOf(context), (shape) => [
      { operation: { kind: 'global-pool', reduction }, shape: shape.slice(-1) },
    ]);
}

/** Of this package: channels last, and the axes of positions stay. */
const keptGlobalPool: LayerRule = (context) => {
  const { layer } = context;
  if (!(layer instanceof GlobalPooling)) return noRule('its class is not that of this package');
  const shape = inputShapeOf(context);
  const { reduction } = layer;
  return [
    { operation: { kind: 'global-pool', reduction }, shape: shape.slice(-1) },
    {
      operation: { kind: 'reshape' },
      shape: shape.map((length, axis) => (axis < shape.length - 1 ? 1 : length)),
    },
  ];
};

export const poolingRules: Readonly<Record<string, LayerRule>> = {
  MaxPooling1D: pool('max'),
  MaxPooling2D: pool('max'),
  AveragePooling1D: pool('average'),
  AveragePooling2D: pool('average'),
  GlobalMaxPooling1D: globalPool('max'),
  GlobalMaxPooling2D: globalPool('max'),
  GlobalAveragePooling1D: globalPool('average'),
  GlobalAveragePooling2D: globalPool('average'),
  KerasGlobalPooling: keptGlobalPool,
};
