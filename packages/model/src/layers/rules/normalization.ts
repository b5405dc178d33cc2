import { numberField, numbersField } from '../layer-fields.ts';
import { GroupNormalization } from '../../layers-of-our-own/group-normalization.ts';
import { leastDeviation, Normalization } from '../../layers-of-our-own/normalization.ts';
import { channelsLast, inputShapeOf, noRule, type LayerRule } from '../translation.ts';

/** (x - mean) * gamma / sqrt(variance + epsilon) + beta as one factor and one summand a channel, from float64. */
const batchNormalization: LayerRule = async (context) => {
  const { layer } = context;
  const shape = inputShapeOf(context);
  const axis = numberField(layer, 'axis');
  if (axis !== -1 && axis !== shape.length) {
    // CPU and WASM take the statistics of cell i of the flat input from i mod their number, WebGL and WebGPU from the
    // cell's place along the axis (TensorFlow.js 4.22): only the layer itself agrees with the forward pass.
    return noRule('the backends of TensorFlow.js disagree on statistics along another axis than the last');
  }
  const mean = await context.read('movingMean');
  const variance = await context.read('movingVariance');
  if (!mean || !variance) return noRule('it has no statistics yet');
  const gamma = await context.read('gamma');
  const beta = await context.read('beta');
  const epsilon = numberField(layer, 'epsilon');

  const factors = Array.from(variance, (value, c) => (gamma?.[c] ?? 1) / Math.sqrt(value + epsilon));
  const scale = Float32Array.from(factors);
  const shift = Float32Array.from(factors, (factor, c) => (beta?.[c] ?? 0) - (mean[c] ?? 0) * factor);
  return [{ operation: { kind: 'affine', scale, shift }, shape }];
};

const layerNormalization: LayerRule = async (context) => {
  const { layer } = context;
  const shape = inputShapeOf(context);
  // Counted with the batch, and made positive when the layer was built.
  const axes = numbersField(layer, 'axis').map((axis) => axis - 1);
  if (axes.includes(-1)) return noRule('it normalises over the batch');
  const operation = {
    kind: 'layer-normalization',
    axes: axes.sort((a, b) => a - b),
    epsilon: numberField(layer, 'epsilon'),
    gamma: await context.read('gamma'),
    beta: await context.read('beta'),
  } as const;
  return [{ operation, shape }];
};

/** The layer of this package; another of that name may compute anything. */
const groupNormalization: LayerRule = async (context) => {
  const { layer } = context;
  if (!(layer instanceof GroupNormalization)) return noRule('its class is not that of this package');
  const shape = inputShapeOf(context);
  const { axis, epsilon } = layer;
  const isLast = axis === shape.length;
  if (!isLast && axis !== 1) return noRule('its channels are neither the first nor the last axis');
  const [gamma, beta] = [await context.read('gamma'), await context.read('beta')];
  return channelsLast(!isLast, shape, (own) => {
    const channels = own.at(-1) ?? 1;
    const groupSize = channels / layer.groupsOf(channels);
    return [{ operation: { kind: 'group-normalization', groupSize, epsilon, gamma, beta }, shape: own }];
  });
};

/** That of TensorFlow.js has one factor and one summand; that of this package may have one a channel. */
const rescaling: LayerRule = (context) => {
  const shape = inputShapeOf(context);
  const channels = shape.at(-1) ?? 0;
  const perChannel = (name: string): Float32Array | null => {
    const values = numbersField(context.layer, name);
    if (values.length === 1) return new Float32Array(channels).fill(values[0] ?? 0);
    return values.length === channels ? Float32Array.from(values) : null;
  };
  const [scale, shift] = [perChannel('scale'), perChannel('offset')];
  if (!scale || !shift) return noRule('its factors are not one a channel');
  return [{ operation: { kind: 'affine', scale, shift }, shape }];
};

const fixedNormalization: LayerRule = async (context) => {
  const { layer } = context;
  if (!(layer instanceof Normalization)) return noRule('its class is not that of this package');
  const shape = inputShapeOf(context);
  const means = (await context.read('mean')) ?? layer.givenMean ?? [];
  const variances = (await context.read('variance')) ?? layer.givenVariance ?? [];
  const isOfChannels = layer.keptAxes.length === 1 && layer.keptAxes[0] === shape.length;
  if (means.length !== 1 && !isOfChannels) return noRule('it has other statistics than one pair a channel');
  const pairs = Array.from({ length: shape.at(-1) ?? 0 }, (_, c) => {
    const mean = means[means.length === 1 ? 0 : c] ?? 0;
    const deviation = Math.max(Math.sqrt(variances[variances.length === 1 ? 0 : c] ?? 1), leastDeviation);
    return layer.invert
      ? { scale: deviation, shift: mean }
      : { scale: 1 / deviation, shift: -mean / deviation };
  });
  const scale = Float32Array.from(pairs, (pair) => pair.scale);
  const shift = Float32Array.from(pairs, (pair) => pair.shift);
  return [{ operation: { kind: 'affine', scale, shift }, shape }];
};

export const normalizationRules: Readonly<Record<string, LayerRule>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  Rescaling: rescaling,
  KerasRescaling: rescaling,
  KerasNormalization: fixedNormalization,
};
