import type { Metadata } from 'sharp';
import { type ByteImage, toRgb } from '../input/byte-image.ts';
import { brokenImage, requireImageFormat, unsupportedImage } from '../input/image-format.ts';

/**
 * The pixels of a PNG, JPEG, TIFF or WebP file as PIL's `Image.open(file).convert('RGB')` gives them: alpha dropped,
 * palettes resolved, colour profiles and the EXIF orientation ignored. Decoded in libvips' threads, not in this one.
 *
 * @throws ModelError `unsupported-format` for other files and pixel types, `invalid-file` for damaged ones
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<ByteImage> {
  requireImageFormat(bytes, name);
  // Loaded on first use: a run on signals needs no image library.
  const { default: sharp } = await import('sharp');
  const open = sharp(bytes, { failOn: 'error', ignoreIcc: true });
  let metadata: Metadata;
  try {
    metadata = await open.metadata();
  } catch (cause) {
    throw brokenImage(name, cause);
  }
  refuseUnsupported(metadata, name);
  try {
    const { data, info } = await open.raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    // Without Buffer's own methods and comparison rules.
    const values = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return toRgb({ width, height, channels, data: values });
  } catch (cause) {
    throw brokenImage(name, cause);
  }
}

function refuseUnsupported(metadata: Metadata, name: string): void {
  const { depth, space } = metadata;
  if (depth !== 'uchar') throw unsupportedImage(name, `values of type ${depth}`);
  if (space !== 'srgb' && space !== 'b-w') throw unsupportedImage(name, `colour space ${space}`);
}
