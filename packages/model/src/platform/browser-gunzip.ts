import { ModelError } from '../errors.ts';
import { unpack } from '../input/unpack.ts';

/**
 * Unpacks a gzip stream, and holds it against the checksum in it.
 *
 * @throws ModelError `invalid-file` for what is none, or stands for more than `most` bytes, which are never made
 */
export async function gunzip(packed: Uint8Array, most: number): Promise<Uint8Array> {
  const whole = await unpack([packed], 'gzip', most).catch((cause: unknown) => {
    throw new ModelError('invalid-file', (cause as Error).message, { cause });
  });
  if (whole === null) throw new ModelError('invalid-file', `it unpacks to more than ${most} bytes`);
  return whole;
}
