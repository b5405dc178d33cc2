import { ModelError } from '../errors.ts';
import { limits } from '../files/limits.ts';
import type { ImageFormat } from './image-format.ts';
import { readJpegSegments } from './jpeg-segments.ts';
import { readPngChunks } from './png-chunks.ts';
import { readTiffDirectory } from './tiff/directory.ts';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size a file claims for its image, before anything is decoded. The claim is held against the file: where its data
 * cannot be all of the image, it is cut short.
 *
 * @throws Error for a file that is damaged or cut short
 */
export function imageSize(bytes: Uint8Array, format: ImageFormat): ImageSize {
  switch (format) {
    case 'png':
      return readPngChunks(bytes);
    case 'jpeg':
      return readJpegSegments(bytes);
    case 'tiff':
      return readTiffDirectory(bytes);
    case 'webp':
      return webpSize(bytes);
  }
}

/** @throws ModelError `invalid-file` for an image without pixels, or with more than `maxPixels`. */
export function refuseSize(name: string, { width, height }: ImageSize, maxPixels: number): void {
  const side = limits.imageSide;
  if (width < 1 || height < 1) {
    throw new ModelError(
      'invalid-file',
      `${name} is a broken image (${width} x ${height} pixels); get or save the file again`,
    );
  }
  if (width > side || height > side) {
    throw new ModelError(
      'invalid-file',
      `${name} has ${width} x ${height} pixels, and ${side} are the most along a side; cut or resize it`,
    );
  }
  if (width * height > maxPixels) {
    throw new ModelError(
      'invalid-file',
      `${name} has ${width} x ${height} pixels, more than ${maxPixels}; resize it or raise the limit (maxPixels)`,
    );
  }
}

/** Source: RFC 9649, WebP Image Format. */
function webpSize(bytes: Uint8Array): ImageSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 30) throw new Error('it ends inside its header');
  if (view.getUint32(4, true) + 8 > bytes.byteLength) throw new Error('it ends before its image data does');
  const chunk = String.fromCharCode(...bytes.subarray(12, 16));
  const u24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (chunk === 'VP8X') return { width: u24(24) + 1, height: u24(27) + 1 };
  if (chunk === 'VP8L') {
    const sizes = view.getUint32(21, true);
    return { width: (sizes & 0x3fff) + 1, height: ((sizes >> 14) & 0x3fff) + 1 };
  }
  if (chunk === 'VP8 ') {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  throw new Error('it holds no image');
}
