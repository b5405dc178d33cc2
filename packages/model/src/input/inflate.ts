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
  const reader = new Blob([...parts]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read().catch((cause: unknown) => {
      throw new Error('its compressed data is damaged', { cause });
    });
    if (done) break;
    length += value.byteLength;
    if (length > most) {
      await reader.cancel();
      throw new Error('it holds more data than its size says');
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** No deflate stream stands for more than so many times its length. Source: zlib's technical details. */
export const mostInflation = 1032;
