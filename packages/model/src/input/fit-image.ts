import type { ByteImage } from './byte-image.ts';

/**
 * How an image of other proportions becomes one of a model's: `squash` stretches it, `crop` takes the middle as large as it fits
 * (Keras's `crop_to_aspect_ratio`), `pad` adds black at both sides (Keras's `pad_to_aspect_ratio`).
 */
export type Fit = 'squash' | 'crop' | 'pad';

/**
 * Returns an image, `[height, width, channels]`, with the proportions that are wanted, as near as whole pixels allow; the image
 * itself where it is to be squashed, has them already, or a size is open.
 */
export function fitImage(
  image: ByteImage,
  height: number | null,
  width: number | null,
  fit: Fit = 'squash',
): ByteImage {
  if (fit === 'squash' || height === null || width === null) return image;
  const isWide = image.width * height > image.height * width;
  const alongWidth = (pixels: number): number => Math.max(1, Math.round((pixels * width) / height));
  const alongHeight = (pixels: number): number => Math.max(1, Math.round((pixels * height) / width));
  // Of a wide image the width is cut, or the height padded.
  return isWide === (fit === 'crop')
    ? framed(image, alongWidth(image.height), image.height)
    : framed(image, image.width, alongHeight(image.width));
}

/** The middle of an image in a frame; where the frame is larger, it is black. */
function framed(image: ByteImage, width: number, height: number): ByteImage {
  if (width === image.width && height === image.height) return image;
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  const left = Math.floor((image.width - width) / 2);
  const top = Math.floor((image.height - height) / 2);
  const columns = Math.min(width, image.width);
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y++) {
    const from = ((y + top) * image.width + Math.max(0, left)) * channels;
    const to = (y * width + Math.max(0, -left)) * channels;
    data.set(image.data.subarray(from, from + columns * channels), to);
  }
  return { ...image, width, height, data };
}
