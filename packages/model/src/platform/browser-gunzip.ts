import { ModelError } from '../errors.ts';

/**
 * Unpacks a gzip stream, and holds it against the checksum in it.
 *
 * @throws ModelError `invalid-file` for what is none, or stands for more than `most` bytes, which are never made
 */
export async function gunzip(packed: Uint8Array, most: number): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new ModelError('invalid-file', (cause as Error).message, { cause });
    });
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new ModelError('invalid-file', `it unpacks to more than ${most} bytes`);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
