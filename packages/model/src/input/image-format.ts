import { ModelError } from '../errors.ts';

export type ImageFormat = 'png' | 'jpeg' | 'tiff' | 'webp';

/** File name endings of the formats that `decodeImage` reads. */
export const imageExtensions: readonly string[] = ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.webp'];

/** The format by the first bytes, whatever the file is called; `undefined` for anything else. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'tiff';
  if (start.startsWith('RIFF') && start.slice(8) === 'WEBP') return 'webp';
  return undefined;
}

/** @throws ModelError `unsupported-format` for bytes that are no image of a known format. */
export function requireImageFormat(bytes: Uint8Array, name: string): ImageFormat {
  const format = imageFormat(bytes);
  if (format === undefined) {
    throw new ModelError(
      'unsupported-format',
      `${name} is no PNG, JPEG, TIFF or WebP image; convert it to one of these`,
    );
  }
  return format;
}

export function brokenImage(name: string, cause: unknown): ModelError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const reason = detail.split('\n', 1)[0] ?? '';
  return new ModelError('invalid-file', `${name} is a broken image (${reason}); get or save the file again`, {
    cause,
  });
}

/**
 * 16-bit and floating-point values are refused, not reduced: PIL clips 16-bit grey at 255 and takes the high byte of
 * 16-bit color, and neither is what a user means.
 */
export function unsupportedImage(name: string, what: string): ModelError {
  return new ModelError('unsupported-format', `${name} has ${what}; convert it to 8-bit grey or RGB`);
}
