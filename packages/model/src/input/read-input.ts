import { decodeImage } from '#platform';
import { ModelError } from '../errors.ts';
import type { PictureDescription } from '../files/metadata.ts';
import { arrayImage, arrayInput, channelsToEnd } from './array-input.ts';
import { type ByteImage, toRgb, type Transparency } from './byte-image.ts';
import type { DecodingOptions } from './decoding-time.ts';
import { type Fit, fitImage } from './fit-image.ts';
import { imageFormat } from './image-format.ts';
import { imageInput, takesImages } from './image-input.ts';
import type { InputShape } from './input-shape.ts';
import type { Normalization } from './normalization.ts';
import { decodeNpy, isNpy } from './npy.ts';
import { type InputSource, readSource } from './read-source.ts';
import { testSample, type TestSample } from './test-sample.ts';

/** How `readInput` makes an input for a model. */
export interface ReadInputOptions extends DecodingOptions {
  /** What the model takes, without the batch dimension, channels last; `null` where any size is taken. */
  readonly shape: InputShape;
  /** How 8-bit values are scaled; default: as the model takes them, where that is known, else `'0..1'`. */
  readonly normalize?: Normalization | undefined;
  /** How an image of other proportions than the model's becomes one of these; default `'squash'`. */
  readonly fit?: Fit | undefined;
  /** What is known of the model's input, `metadata.input` of a loaded model. */
  readonly described?: PictureDescription | undefined;
  /** How messages and the result call an input that is given as bytes. */
  readonly name?: string | undefined;
}

/** One input of a model. */
export interface ModelInput {
  /** Row-major values of `shape`, finite. */
  readonly data: Float32Array;
  /** Without a batch dimension. */
  readonly shape: readonly number[];
  /** The image before resizing, cropped or padded where that was asked for, `[height, width, 3]`, 0 to 255; absent where the input is no image. */
  readonly original?: OriginalImage;
  readonly name: string;
  /** Where an image could be seen through, what became of that: it was dropped, or is white now. */
  readonly transparency?: Transparency;
  /** Height and width of an image as it was given, before it was cropped or padded. */
  readonly givenSize?: readonly [number, number];
  /** The true class, where the source says it. */
  readonly label?: number;
  /** 1 where the evidence for the label is, else 0, `[original.height, original.width]`, where the source says it. */
  readonly mask?: Uint8Array;
}

/** An image as it was before it was resized for a model: 8-bit RGB, `[height, width, 3]`. */
export interface OriginalImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/**
 * Reads one input for a model.
 *
 * - PNG, JPEG, TIFF and WebP images, and `.npy` arrays of 8-bit values with an image's shape, are resized as PIL's
 *   `Image.resize(size, BILINEAR)` does it and scaled by `normalize`.
 * - Other `.npy` arrays are taken as they are, in single precision; a batch dimension of 1 may be in front, a channel
 *   dimension of 1 may be missing at the end.
 * - `mnist1d:<index>`, `textures:<index>` and `tissue:<index>` are test samples of the data sets that come along, with their labels.
 *
 * What a file is, is told from its bytes, not from its name.
 *
 * @throws ModelError `not-found`, `unsupported-format`, `invalid-file`, `invalid-input` (shape, values that are not finite)
 *   or `invalid-option` (normalisation); the message is one line and says what to do; the signal's reason
 */
export async function readInput(source: InputSource, options: ReadInputOptions): Promise<ModelInput> {
  const { shape, normalize, described } = options;
  if (typeof source === 'string') {
    const sample = await testSample(source, options);
    if (sample !== undefined) return fromSample(sample, options, source);
  }
  const { bytes, name } = await readSource(source, options.name);
  if (imageFormat(bytes) !== undefined) {
    return fromImage(await decodeImage(bytes, name, options), options, name);
  }
  if (bytes.length === 0)
    throw new ModelError('invalid-file', `${name} is empty; get or save the file again`);
  if (!isNpy(bytes)) {
    throw new ModelError(
      'unsupported-format',
      `${name} is no PNG, JPEG, TIFF or WebP image and no .npy array; convert it to one of these`,
    );
  }
  const array = decodeNpy(bytes, name);
  const image = takesImages(shape) ? arrayImage(array) : undefined;
  if (image !== undefined) return fromImage(toRgb(image, options.transparency), options, name);
  refuseNormalization(normalize, name);
  const ordered = described?.channelsFirst ? channelsToEnd(array, shape) : array;
  return { ...arrayInput(ordered, shape, name), name };
}

function fromImage(
  given: ByteImage,
  { shape, normalize, described, fit, transparency = 'drop' }: ReadInputOptions,
  name: string,
): ModelInput {
  const [rows = null, columns = null, ...others] = shape;
  const size = described?.size;
  const sized = size && shape.length === 3 ? [rows ?? size[0], columns ?? size[1], ...others] : shape;
  const scale = normalize ?? described?.scale?.normalize;
  const fitted = fitImage(given, sized[0] ?? null, sized[1] ?? null, fit);
  const { width, height, data } = fitted;
  return {
    ...imageInput(fitted, sized, scale, name),
    original: { width, height, rgb: data },
    givenSize: [given.height, given.width],
    ...(given.hadTransparency && { transparency }),
    name,
  };
}

function fromSample(sample: TestSample, options: ReadInputOptions, name: string): ModelInput {
  if (sample.kind === 'signal') {
    const { signal, label } = sample;
    refuseNormalization(options.normalize, name);
    return { ...arrayInput({ shape: [signal.length], data: signal }, options.shape, name), name, label };
  }
  const { image, mask, label } = sample;
  return { ...fromImage(image, options, name), label, ...(mask && { mask }) };
}

/** A scale for 8-bit values means nothing for others, and leaving it out silently would hide a mistake. */
function refuseNormalization(normalization: Normalization | undefined, name: string): void {
  if (normalization === undefined) return;
  throw new ModelError(
    'invalid-option',
    `normalize scales 8-bit images, ${name} holds values that are taken as they are; leave the option out`,
  );
}
