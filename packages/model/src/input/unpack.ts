import { joinBytes } from '../files/join-bytes.ts';

/**
 * Returns the bytes of a packed stream, whose checksum is held against them; null where it stands for more than `most`, which are never made.
 *
 * @throws Error of the platform where the stream is broken, cut short or longer
 */
export async function unpack(
  parts: readonly Uint8Array[],
  format: CompressionFormat,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const blob = new Blob([...(parts as readonly Uint8Array<ArrayBuffer>[])]);
  const reader = blob.stream().pipeThrough(new DecompressionStream(format)).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > most) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  return joinBytes(chunks);
}
