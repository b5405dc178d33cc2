import { ModelError } from '../errors.ts';
import type { ByteImage } from './byte-image.ts';

/** Weights are integers in units of 2^-22: 8 bits for the value and 2 to spare in a signed word. */
const precisionBits = 32 - 8 - 2;

/** For each output position: the first input position that counts, how many, and their weights. */
interface Taps {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** `[positions, perPosition]` */
  readonly weights: Int32Array;
  readonly perPosition: number;
}

/**
 * The image resized as PIL's `Image.resize((width, height), BILINEAR)` does it, bit for bit: a triangle filter that
 * widens when shrinking (so nothing is skipped), first along rows, then along columns, rounded to 8 bits in between.
 *
 * @returns the image itself where the size is the same
 * @throws ModelError `invalid-option` for a size that is not made of positive integers
 *
 * Source: Pillow, `src/libImaging/Resample.c`.
 */
export function resizeImage(image: ByteImage, width: number, height: number): ByteImage {
  if (![width, height].every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new ModelError(
      'invalid-option',
      `An image is resized to positive integers, got ${width} x ${height}.`,
    );
  }
  const narrowed = width === image.width ? image : resizeRows(image, width);
  return height === image.height ? narrowed : resizeColumns(narrowed, height);
}

function resizeRows(image: ByteImage, width: number): ByteImage {
  const { height, channels, data } = image;
  const taps = triangleTaps(image.width, width);
  const resized = new Uint8Array(width * height * channels);
  for (let x = 0; x < width; x++) {
    const start = taps.starts[x]!;
    const count = taps.counts[x]!;
    const firstWeight = x * taps.perPosition;
    for (let y = 0; y < height; y++) {
      const from = (y * image.width + start) * channels;
      const to = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        resized[to + channel] = weightedSum(data, from + channel, channels, taps.weights, firstWeight, count);
      }
    }
  }
  return { width, height, channels, data: resized };
}

function resizeColumns(image: ByteImage, height: number): ByteImage {
  const { width, channels, data } = image;
  const rowLength = width * channels;
  const taps = triangleTaps(image.height, height);
  const resized = new Uint8Array(rowLength * height);
  for (let y = 0; y < height; y++) {
    const from = taps.starts[y]! * rowLength;
    const count = taps.counts[y]!;
    for (let i = 0; i < rowLength; i++) {
      resized[y * rowLength + i] = weightedSum(
        data,
        from + i,
        rowLength,
        taps.weights,
        y * taps.perPosition,
        count,
      );
    }
  }
  return { width, height, channels, data: resized };
}

function weightedSum(
  data: Uint8Array,
  from: number,
  stride: number,
  weights: Int32Array,
  firstWeight: number,
  count: number,
): number {
  let sum = 1 << (precisionBits - 1);
  for (let i = 0; i < count; i++) sum += data[from + i * stride]! * weights[firstWeight + i]!;
  // Rounded weights of very long filters can add up to more than one.
  return Math.min(255, sum >> precisionBits);
}

function triangleTaps(inputSize: number, outputSize: number): Taps {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  const perPosition = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputSize);
  const counts = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * perPosition);
  const inverseSupport = 1 / support;
  for (let position = 0; position < outputSize; position++) {
    const center = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inputSize, Math.trunc(center + support + 0.5)) - start;
    const triangle = Float64Array.from({ length: count }, (_, i) =>
      Math.max(0, 1 - Math.abs((i + start - center + 0.5) * inverseSupport)),
    );
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    starts[position] = start;
    counts[position] = count;
    triangle.forEach((weight, i) => {
      weights[position * perPosition + i] = Math.trunc((weight / sum) * 2 ** precisionBits + 0.5);
    });
  }
  return { starts, counts, weights, perPosition };
}
