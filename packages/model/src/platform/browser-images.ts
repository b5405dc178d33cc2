import { convertIndexedToRgb, type DecodedPng, decode as decodePng } from 'fast-png';
import { type ByteImage, toRgb, type Transparency } from '../input/byte-image.ts';
import { readJpegSegments } from '../input/jpeg-segments.ts';
import { brokenImage, requireImageFormat, unsupportedImage } from '../input/image-format.ts';
import { imageSize, refuseSize } from '../input/image-size.ts';
import { inflate } from '../input/inflate.ts';
import { readPngChunks } from '../input/png-chunks.ts';
import { decodeTiff } from '../input/tiff/decode-tiff.ts';
import { readTiffDirectory } from '../input/tiff/directory.ts';
import { DecodingTime, type DecodingOptions } from '../input/decoding-time.ts';
import { limits } from '../files/limits.ts';
import { ModelError } from '../errors.ts';

/**
 * The pixels of a PNG, JPEG, TIFF or WebP file as PIL's `Image.open(file).convert('RGB')` gives them: alpha dropped or laid on white,
 * palettes resolved, color profiles ignored; a JPEG is turned as its EXIF orientation says.
 *
 * JPEG and WebP are decoded by the browser, off this thread, and may differ by a rounding from libjpeg's. PNG and TIFF
 * are decoded here: a canvas multiplies colors by alpha, and some browsers add noise to what is read from it.
 *
 * @throws ModelError `unsupported-format` for other files and pixel types, `invalid-file` for damaged ones and those that are too
 *   large or take too long; the signal's reason
 */
export async function decodeImage(
  bytes: Uint8Array,
  name: string,
  options: DecodingOptions = {},
): Promise<ByteImage> {
  const { maxPixels = limits.imagePixels, signal, transparency } = options;
  const time = new DecodingTime(name, options);
  const format = requireImageFormat(bytes, name);
  try {
    refuseSize(name, imageSize(bytes, format), maxPixels);
    if (format === 'png') return await pngImage(bytes, name, time, transparency);
    if (format === 'tiff') return await decodeTiff(bytes, readTiffDirectory(bytes), name, time, transparency);
    if (format === 'jpeg') return await time.within(jpegImage(bytes, name));
    return await time.within(bitmapImage(Uint8Array.from(bytes), 'image/webp', transparency));
  } catch (cause) {
    if (cause instanceof ModelError || (signal?.aborted === true && cause === signal.reason)) throw cause;
    throw brokenImage(name, cause);
  }
}

async function pngImage(
  bytes: Uint8Array,
  name: string,
  time: DecodingTime,
  transparency?: Transparency,
): Promise<ByteImage> {
  const { essential, unpackedBytes, isInterlaced, ...chunks } = readPngChunks(bytes);
  // The decoder unpacks whatever is there. Interlaced, each row comes in up to seven passes with a filter of its own.
  const most = isInterlaced ? 2 * unpackedBytes + 14 * chunks.height : unpackedBytes;
  await time.within(inflate(chunks.data, most));
  await time.turn();
  const png = decodePng(essential, { checkCrc: true });
  const { width, height, depth } = png;
  if (depth === 16) throw unsupportedImage(name, 'values of type ushort');
  if (depth === 8 && png.palette === undefined) {
    return toRgb({ width, height, channels: png.channels, data: Uint8Array.from(png.data) }, transparency);
  }
  const palette = png.palette ?? greyPalette(depth);
  const data = convertIndexedToRgb({ ...png, palette });
  return toRgb({ width, height, channels: palette[0]?.length ?? 3, data }, transparency);
}

/** Grey values of 1, 2 or 4 bits, spread over 0 to 255. */
function greyPalette(depth: DecodedPng['depth']): number[][] {
  const largest = 2 ** depth - 1;
  return Array.from({ length: largest + 1 }, (_, value) => {
    const grey = (value * 255) / largest;
    return [grey, grey, grey];
  });
}

function jpegImage(bytes: Uint8Array, name: string): Promise<ByteImage> {
  if (readJpegSegments(bytes).components > 3) throw unsupportedImage(name, 'color space cmyk');
  return bitmapImage(Uint8Array.from(bytes), 'image/jpeg');
}

async function bitmapImage(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  transparency?: Transparency,
): Promise<ByteImage> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type }), {
    colorSpaceConversion: 'none',
    imageOrientation: 'from-image',
    premultiplyAlpha: 'none',
  });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('the browser gave no canvas to read it from');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return toRgb({ width, height, channels: 4, data: new Uint8Array(data.buffer) }, transparency);
  } finally {
    bitmap.close();
  }
}
