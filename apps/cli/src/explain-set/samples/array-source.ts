import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { npyRows } from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import type { SampleSource } from './samples.ts';

/** More than any header takes. */
const HEADER_BYTES = 2 ** 16;

/**
 * The inputs of a `.npy` array of any size along its first axis, read row by row.
 *
 * @throws CliError for a file that cannot be read, or holds no rows; ModelError for a damaged one
 */
export async function arraySource(path: string): Promise<SampleSource> {
  const file = await open(path).catch((cause: unknown) => {
    throw new CliError(`Cannot read ${path}: ${(cause as Error).message}. Check the path.`, { cause });
  });
  const readAt = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    return bytes.subarray(0, bytesRead);
  };
  const rows = npyRows(await readAt(0, HEADER_BYTES), path);
  const { count, offset, byteLength } = rows;
  if (count === null)
    throw new CliError(`${path} is one number, not an array of inputs along its first axis.`);
  return {
    async list() {
      const hash = createHash('sha256');
      for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
      return {
        entries: Array.from({ length: count }, (_, i) => ({ source: String(i), label: null, bytes: 0 })),
        identity: `array ${hash.digest('hex')}`,
        labelNames: null,
      };
    },
    inputOf: async (source) => rows.fileOf(await readAt(offset + Number(source) * byteLength, byteLength)),
    close: () => file.close(),
  };
}
