import { ModelError } from '../errors.ts';
import type { ByteImage } from './byte-image.ts';

/**
 * How 8-bit values v become a model's input:
 * - `'0..255'`: v, for networks that scale by themselves
 * - `'0..1'`: v / 255
 * - `'-1..1'`: v / 127.5 - 1 (Keras' mode `tf`)
 * - `'imagenet'`: (v / 255 - mean) / deviation with the statistics of ImageNet in RGB order (Keras' mode `torch`)
 * - `'caffe'`: v - mean with the channels in BGR order (Keras' mode `caffe`: VGG, ResNet)
 * - `{ mean, deviation }`: (v / 255 - mean) / deviation, one number for all channels or one a channel, both in units of
 *   the range 0 to 1
 */
export type Normalization = '0..255' | '0..1' | '-1..1' | 'imagenet' | 'caffe' | MeanAndDeviation;

/** Values are (v - mean) / deviation, with v from 0 to 1; one number for all channels, or one each, in RGB order. */
export interface MeanAndDeviation {
  readonly mean: number | readonly number[];
  readonly deviation: number | readonly number[];
}

/** Source: torchvision and `keras.applications.imagenet_utils.preprocess_input(mode='torch')`. */
const imagenet: MeanAndDeviation = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** Source: `keras.applications.imagenet_utils.preprocess_input(mode='caffe')`; in RGB order. */
const caffe: MeanAndDeviation = {
  mean: [123.68 / 255, 116.779 / 255, 103.939 / 255],
  deviation: 1 / 255,
};

/**
 * The image as a model's input, `[height, width, channels]`, row-major.
 *
 * @throws ModelError `invalid-option` for an unknown name, statistics that do not fit the channels or a deviation of 0
 */
export function normalizeImage(image: ByteImage, normalization: Normalization = '0..1'): Float32Array {
  const { channels, data } = image;
  const table = normalizedValues(normalization, channels);
  const normalized = new Float32Array(data.length);
  const isReversed = normalization === 'caffe';
  for (let i = 0; i < data.length; i++) {
    const channel = i % channels;
    const to = isReversed ? i + channels - 1 - 2 * channel : i;
    normalized[to] = table[channel * 256 + data[i]!]!;
  }
  return normalized;
}

/** @throws ModelError `invalid-option`, as `normalizeImage` does with an image of so many channels */
export function checkNormalization(normalization: Normalization | undefined, channels: number): void {
  normalizedValues(normalization ?? '0..1', channels);
}

/**
 * Returns the color that becomes 0 in every channel, `[red, green, blue]`, 0 to 255 (its nearest where there is none such).
 *
 * @throws ModelError `invalid-option`, as `normalizeImage` does
 */
export function colorOfZero(normalization: Normalization = '0..1'): readonly number[] {
  const { mean } = statistics(normalization);
  const channels = typeof mean === 'number' || mean.length === 1 ? [mean, mean, mean].flat() : mean;
  return channels.map((value) => Math.min(255, Math.max(0, 255 * value)));
}

/** Returns a scale as the commands take it: its name, or `mean:deviation`, each one number or one a channel with commas. */
export function normalizationText(normalization: Normalization): string {
  if (typeof normalization === 'string') return normalization;
  const { mean, deviation } = normalization;
  const listed = (values: number | readonly number[]): string =>
    [values]
      .flat()
      .map((value) => String(Number(value.toPrecision(4))))
      .join(',');
  return `${listed(mean)}:${listed(deviation)}`;
}

/** What each of the 256 values becomes in each channel, `[channels, 256]`. */
function normalizedValues(normalization: Normalization, channels: number): Float32Array {
  const { mean, deviation } = statistics(normalization);
  const means = perChannel(mean, 'mean', channels);
  const deviations = perChannel(deviation, 'deviation', channels);
  if (deviations.includes(0)) {
    throw new ModelError(
      'invalid-option',
      'normalize: the deviation must not be 0; use 1 to leave the scale alone',
    );
  }
  return Float32Array.from({ length: channels * 256 }, (_, i) => {
    const channel = Math.floor(i / 256);
    return ((i % 256) / 255 - means[channel]!) / deviations[channel]!;
  });
}

function statistics(normalization: Normalization): MeanAndDeviation {
  if (typeof normalization === 'object') return normalization;
  switch (normalization) {
    case '0..255':
      return { mean: 0, deviation: 1 / 255 };
    case '0..1':
      return { mean: 0, deviation: 1 };
    case '-1..1':
      return { mean: 0.5, deviation: 0.5 };
    case 'imagenet':
      return imagenet;
    case 'caffe':
      return caffe;
    default:
      throw new ModelError(
        'invalid-option',
        `normalize is '0..255', '0..1', '-1..1', 'imagenet', 'caffe' or {mean, deviation}, got ${JSON.stringify(normalization satisfies never)}`,
      );
  }
}

function perChannel(value: number | readonly number[], name: string, channels: number): readonly number[] {
  const values = typeof value === 'number' ? Array.from({ length: channels }, () => value) : value;
  if (values.length === channels && values.every(Number.isFinite)) return values;
  throw new ModelError(
    'invalid-option',
    `normalize: ${name} must be a finite number or ${channels} of them, one a channel of the input, ` +
      `got [${values.join(', ')}]`,
  );
}
