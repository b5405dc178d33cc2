import { convertIndexedToRgb, type DecodedPng, decode as decodePng } from 'fast-png';
import { decode as decodeTiffDirectories, decodeImage as decodeTiffPixels, type IFD, toRGBA8 } from 'utif2';
import { type ByteImage, toRgb } from '../input/byte-image.ts';
import { readJpegSegments } from '../input/jpeg-segments.ts';
import { brokenImage, requireImageFormat, unsupportedImage } from '../input/image-format.ts';
import { ModelError } from '../errors.ts';

/**
 * The pixels of a PNG, JPEG, TIFF or WebP file as PIL's `Image.open(file).convert('RGB')` gives them: alpha dropped,
 * palettes resolved, colour profiles and the EXIF orientation ignored.
 *
 * JPEG and WebP are decoded by the browser, off this thread, and may differ by a rounding from libjpeg's. PNG and TIFF
 * are decoded here: a canvas multiplies colours by alpha, and some browsers add noise to what is read from it.
 *
 * @throws ModelError `unsupported-format` for other files and pixel types, `invalid-file` for damaged ones
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<ByteImage> {
  const format = requireImageFormat(bytes, name);
  try {
    if (format === 'png') return pngImage(bytes, name);
    if (format === 'tiff') return tiffImage(bytes, name);
    if (format === 'jpeg') return await jpegImage(bytes, name);
    return await bitmapImage(Uint8Array.from(bytes), 'image/webp');
  } catch (cause) {
    throw cause instanceof ModelError ? cause : brokenImage(name, cause);
  }
}

function pngImage(bytes: Uint8Array, name: string): ByteImage {
  const png = decodePng(bytes, { checkCrc: true });
  const { width, height, depth } = png;
  if (depth === 16) throw unsupportedImage(name, 'values of type ushort');
  if (depth === 8 && png.palette === undefined) {
    return toRgb({ width, height, channels: png.channels, data: Uint8Array.from(png.data) });
  }
  const palette = png.palette ?? greyPalette(depth);
  const data = convertIndexedToRgb({ ...png, palette });
  return toRgb({ width, height, channels: palette[0]?.length ?? 3, data });
}

/** Grey values of 1, 2 or 4 bits, spread over 0 to 255. */
function greyPalette(depth: DecodedPng['depth']): number[][] {
  const largest = 2 ** depth - 1;
  return Array.from({ length: largest + 1 }, (_, value) => {
    const grey = (value * 255) / largest;
    return [grey, grey, grey];
  });
}

function tiffImage(bytes: Uint8Array, name: string): ByteImage {
  const buffer = Uint8Array.from(bytes).buffer;
  const [directory] = decodeTiffDirectories(buffer);
  if (directory === undefined) throw new Error('it holds no image');
  refuseUnsupportedTiff(directory, name);
  refuseTruncatedTiff(directory, buffer.byteLength);
  decodeTiffPixels(buffer, directory);
  const { width, height } = directory;
  return toRgb({ width, height, channels: 4, data: toRGBA8(directory) });
}

/** Tags: 258 bits a value, 262 photometric interpretation (0 and 1 grey, 2 RGB, 3 palette); TIFF 6.0, section 8. */
function refuseUnsupportedTiff(directory: IFD, name: string): void {
  const [bits = 1] = tagNumbers(directory, 't258');
  if (bits > 8) throw unsupportedImage(name, `${bits} bits a value`);
  const [photometric] = tagNumbers(directory, 't262');
  if (photometric === undefined) throw new Error('its directory is damaged');
  if (photometric > 3) throw unsupportedImage(name, `TIFF colour space ${photometric}`);
}

/** The decoder fills what is missing with zeros. Tags: offsets and byte counts of strips (273, 279), tiles (324, 325). */
function refuseTruncatedTiff(directory: IFD, byteLength: number): void {
  const offsets = [...tagNumbers(directory, 't273'), ...tagNumbers(directory, 't324')];
  const byteCounts = [...tagNumbers(directory, 't279'), ...tagNumbers(directory, 't325')];
  const complete = offsets.every((offset, i) => offset + (byteCounts[i] ?? 0) <= byteLength);
  if (!complete) throw new Error('it ends before its image data does');
}

function tagNumbers(directory: IFD, tag: string): number[] {
  const value = directory[tag] ?? [];
  return [value].flat().map(Number);
}

function jpegImage(bytes: Uint8Array, name: string): Promise<ByteImage> {
  const { components, withoutExif } = readJpegSegments(bytes);
  if (components > 3) throw unsupportedImage(name, 'colour space cmyk');
  return bitmapImage(withoutExif, 'image/jpeg');
}

async function bitmapImage(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<ByteImage> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type }), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('the browser gave no canvas to read it from');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return toRgb({ width, height, channels: 4, data: new Uint8Array(data.buffer) });
  } finally {
    bitmap.close();
  }
}
