import type * as tf from '@tensorflow/tfjs';
import type { Normalization } from '../input/normalization.ts';
import { isModel, layerClass, layerField } from '../layers/layer-fields.ts';
import { Normalization as NormalizationLayer } from '../layers-of-our-own/normalization.ts';
import type { PictureDescription } from './metadata.ts';

/** Layers that leave the range of values as it is. */
const neutral = new Set([
  'KerasIdentity',
  'KerasResizing',
  'ZeroPadding2D',
  'Permute',
  'Reshape',
  'Cropping2D',
  'Dropout',
  'GaussianNoise',
]);

/**
 * What range of values a network takes that scales its input itself: with a factor, differences or statistics as large as those of
 * 8-bit values it takes them as they are, else from 0 to 1. `undefined` for a network that does no such thing.
 */
export async function scaleOfNetwork(model: tf.LayersModel): Promise<PictureDescription['scale']> {
  for (const layer of layersIn(model)) {
    const name = layerClass(layer);
    if (name === 'InputLayer' || (name !== null && neutral.has(name))) continue;
    const isLarge = await takesLargeValues(layer, name);
    if (isLarge === undefined) return undefined;
    const normalize: Normalization = isLarge ? '0..255' : '0..1';
    return { normalize, source: `its layer ${layer.name} scales them` };
  }
  return undefined;
}

/** `undefined` for a layer that does not scale. */
async function takesLargeValues(layer: tf.layers.Layer, name: string | null): Promise<boolean | undefined> {
  if (name === 'KerasRescaling' || name === 'Rescaling') {
    const [scale, offset] = [largest(layerField(layer, 'scale')), largest(layerField(layer, 'offset'))];
    return scale < 0.05 || (scale <= 1 && offset > 2);
  }
  if (!(layer instanceof NormalizationLayer)) return undefined;
  const { mean, variance, givenMean, givenVariance } = layer;
  const means = givenMean ?? (await mean?.read().data());
  const variances = givenVariance ?? (await variance?.read().data());
  // Of values from 0 to 1 neither the mean nor the deviation is larger than 1.
  return largest([...(means ?? [])]) > 1.5 || Math.sqrt(largest([...(variances ?? [])])) > 1.5;
}

/** The largest absolute value of a number or a list of them. */
function largest(value: unknown): number {
  const numbers = Array.isArray(value) ? (value as unknown[]) : [value];
  return numbers.reduce<number>((most, number) => Math.max(most, Math.abs(Number(number))), 0);
}

/** In the order in which they were added, those of nested models in their places. */
function layersIn(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.flatMap((layer) => (isModel(layer) ? layersIn(layer) : [layer]));
}
