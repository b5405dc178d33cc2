import { unpack } from './unpack.ts';

/**
 * The bytes of a zlib stream, whose checksum is held against them.
 *
 * @param most gives up past so many bytes: a stream may stand for a thousand times its length
 * @throws Error where the stream is broken, cut short or longer
 */
export async function inflate(
  parts: readonly Uint8Array<ArrayBuffer>[],
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = await unpack(parts, 'deflate', most).catch((cause: unknown) => {
    throw new Error('its compressed data is damaged', { cause });
  });
  if (whole === null) throw new Error('it holds more data than its size says');
  return whole;
}

/** No deflate stream stands for more than so many times its length. Source: zlib's technical details. */
export const mostInflation = 1032;
