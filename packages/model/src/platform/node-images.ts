import { KernelsError, optionalPackage } from '@ablation-cam/kernels';
import type { Metadata } from 'sharp';
import { ModelError } from '../errors.ts';
import { DecodingTime, type DecodingOptions } from '../input/decoding-time.ts';
import { limits } from '../files/limits.ts';
import { type ByteImage, toRgb } from '../input/byte-image.ts';
import { brokenImage, requireImageFormat, unsupportedImage } from '../input/image-format.ts';
import { imageSize, refuseSize } from '../input/image-size.ts';
import { decodeTiff, isKnownCompression } from '../input/tiff/decode-tiff.ts';
import { readTiffDirectory } from '../input/tiff/directory.ts';

/**
 * The pixels of a PNG, JPEG, TIFF or WebP file as PIL's `Image.open(file).convert('RGB')` gives them: alpha dropped or laid on white,
 * palettes resolved, color profiles ignored; a JPEG is turned as its EXIF orientation says, as by `ImageOps.exif_transpose`. Decoded in libvips' threads, not in this one, but
 * for TIFF: libtiff leaves the checksum of deflated data unread, so that a damaged file would be a picture.
 *
 * @throws ModelError `unsupported-format` for other files and pixel types, `invalid-file` for damaged ones and those that are too
 *   large or take too long; KernelsError `package-missing` without sharp; the signal's reason
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
    if (format === 'tiff') {
      const directory = readTiffDirectory(bytes);
      if (isKnownCompression(directory)) return await decodeTiff(bytes, directory, name, time, transparency);
    }
    return await time.within(
      decodeWithVips(bytes, name, { maxPixels, isTurned: format === 'jpeg', time, transparency }),
    );
  } catch (cause) {
    if (
      cause instanceof ModelError ||
      cause instanceof KernelsError ||
      (signal?.aborted === true && cause === signal.reason)
    )
      throw cause;
    throw brokenImage(name, cause);
  }
}

interface VipsOptions extends DecodingOptions {
  readonly maxPixels: number;
  readonly isTurned: boolean;
  readonly time: DecodingTime;
}

async function decodeWithVips(
  bytes: Uint8Array,
  name: string,
  { maxPixels, isTurned, time, transparency }: VipsOptions,
): Promise<ByteImage> {
  // Loaded on first use: a run on signals needs no image library.
  const { default: sharp } = await optionalPackage(
    'sharp',
    'Reading a picture in Node',
    () => import('sharp'),
  );
  const open = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: maxPixels });
  refuseUnsupported(await open.metadata(), name);
  // Of whole seconds; what is waited for no longer ends a little later.
  open.timeout({ seconds: Math.max(1, Math.ceil(time.maxSeconds)) });
  const upright = isTurned ? open.autoOrient() : open;
  const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  // Without Buffer's own methods and comparison rules.
  const values = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return toRgb({ width, height, channels, data: values }, transparency);
}

function refuseUnsupported(metadata: Metadata, name: string): void {
  const { depth, space } = metadata;
  if (depth !== 'uchar') throw unsupportedImage(name, `values of type ${depth}`);
  if (space !== 'srgb' && space !== 'b-w') throw unsupportedImage(name, `color space ${space}`);
}
