import { ModelError } from '../errors.ts';
import type { ByteImage } from './byte-image.ts';
import { formatShape, type InputShape, matchShape } from './input-shape.ts';
import type { NpyArray } from './npy.ts';

/**
 * An array's values as they are, in single precision.
 *
 * @throws ModelError `invalid-input` for another shape than the model's, or a value that is not finite in single precision
 */
export function arrayInput(
  array: Pick<NpyArray, 'shape' | 'data'>,
  model: InputShape,
  name: string,
): { data: Float32Array; shape: readonly number[] } {
  const shape = matchShape(array.shape, model);
  if (shape === undefined) {
    const came = formatShape(array.shape);
    throw new ModelError(
      'invalid-input',
      `${name} has shape ${came}, the model takes ${formatShape(model)}; pass one input of that shape`,
    );
  }
  const data = Float32Array.from(array.data);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const value = String(array.data[bad]);
    throw new ModelError(
      'invalid-input',
      `${name} holds ${value} at ${formatShape(indexAt(bad, array.shape))}, which is no finite float32; ` +
        'replace such values before explaining',
    );
  }
  return { data, shape };
}

/** An array of 8-bit values as the image it holds, or `undefined` where its shape is no image's. */
export function arrayImage(array: NpyArray): ByteImage | undefined {
  if (!(array.type === 'u1' && array.data instanceof Uint8Array)) return undefined;
  const { shape, data } = array;
  const sizes = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const [height = 0, width = 0, channels = 1] = sizes;
  const isImage = [2, 3].includes(sizes.length) && height * width > 0 && [1, 3, 4].includes(channels);
  return isImage ? { width, height, channels, data } : undefined;
}

/**
 * An array with its channels first, `[channels, ...positions]` with or without a batch of 1, as one with them last; any other, one
 * that fits the model as it is among them, stays.
 */
export function channelsToEnd(
  array: Pick<NpyArray, 'shape' | 'data'>,
  model: InputShape,
): Pick<NpyArray, 'shape' | 'data'> {
  const { shape, data } = array;
  const [channels = 1, ...positions] =
    shape.length === model.length + 1 && shape[0] === 1 ? shape.slice(1) : shape;
  const moved = [...positions, channels];
  if (matchShape(shape, model) !== undefined || matchShape(moved, model) === undefined) return array;
  const size = data.length / channels;
  return {
    shape: moved,
    data: Float64Array.from(data, (_, i) => data[(i % channels) * size + Math.floor(i / channels)] ?? 0),
  };
}

function indexAt(position: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = position;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}
