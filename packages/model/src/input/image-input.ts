import { ModelError } from '../errors.ts';
import { limits } from '../files/limits.ts';
import { type ByteImage, toGrey } from './byte-image.ts';
import { formatShape, type InputShape } from './input-shape.ts';
import { normalizeImage, type Normalization } from './normalization.ts';
import { resizeImage } from './resize-image.ts';

/** Whether a model's input can be an image: height, width and 1 (grey) or 3 (RGB) channels, last. */
export function takesImages(model: InputShape): boolean {
  return model.length === 3 && (model[2] === 1 || model[2] === 3);
}

/**
 * An RGB image as a model's input, as PIL does it: made grey where the model has one channel, then resized, then scaled.
 * Where the model takes any size, the image keeps its own.
 *
 * @throws ModelError `invalid-input` where the model takes no images, or larger ones than are made, `invalid-option` for a wrong normalisation
 */
export function imageInput(
  rgb: ByteImage,
  model: InputShape,
  normalization: Normalization | undefined,
  name: string,
): { data: Float32Array; shape: readonly number[] } {
  if (!takesImages(model)) {
    throw new ModelError(
      'invalid-input',
      `${name} is an image, the model takes ${formatShape(model)}; pass a .npy file of that shape`,
    );
  }
  const [height, width, channels] = model;
  const [toWidth, toHeight] = [width ?? rgb.width, height ?? rgb.height];
  // Columns are made first, in all the rows of the picture.
  if (toWidth * Math.max(toHeight, rgb.height) > limits.imagePixels) {
    throw new ModelError(
      'invalid-input',
      `The model takes ${formatShape(model)}, more than ${limits.imagePixels} pixels, to which no picture is resized; pass a .npy file of that shape`,
    );
  }
  const resized = resizeImage(channels === 1 ? toGrey(rgb) : rgb, toWidth, toHeight);
  return {
    data: normalizeImage(resized, normalization),
    shape: [resized.height, resized.width, resized.channels],
  };
}
