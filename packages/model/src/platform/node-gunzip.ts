import { gunzipSync } from 'node:zlib';
import { ModelError } from '../errors.ts';

/**
 * Unpacks a gzip stream, and holds it against the checksum in it.
 *
 * @throws ModelError `invalid-file` for what is none, or stands for more than `most` bytes, which are never made
 */
export async function gunzip(packed: Uint8Array, most: number): Promise<Uint8Array> {
  // At once: a turn through the pool of threads takes ten times what a small chunk takes.
  try {
    return await Promise.resolve(gunzipSync(packed, { maxOutputLength: most }));
  } catch (cause) {
    const isMore = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const reason = isMore ? `it unpacks to more than ${most} bytes` : (cause as Error).message;
    throw new ModelError('invalid-file', reason, { cause });
  }
}
