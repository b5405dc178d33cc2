import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { npyRows, type NpyRows } from '@ablation-cam/model';
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
  const file = await readable(path, () => open(path));
  try {
    const rows = npyRows(await readAt(file, path, 0, HEADER_BYTES), path);
    const count = countOf(rows, path, (await readable(path, () => file.stat())).size);
    return {
      list: async () => ({
        entries: Array.from({ length: count }, (_, i) => ({
          source: String(i),
          label: null,
          bytes: 0,
          changed: 0,
        })),
        identity: `array ${await readable(path, () => hashOf(path))}`,
        labelNames: null,
      }),
      bytesOf: async (source) => {
        const { offset, byteLength } = rows;
        return rows.fileOf(await readAt(file, path, offset + Number(source) * byteLength, byteLength));
      },
      close: () => readable(path, () => file.close()),
    };
  } catch (error) {
    // The first reason is the one to tell.
    await file.close().catch(() => undefined);
    throw error;
  }
}

/** Returns how many rows there are. @throws CliError where the file says so many that it cannot hold */
function countOf({ count, offset, byteLength }: NpyRows, path: string, size: number): number {
  if (count === null)
    throw new CliError(`${path} is one number, not an array of inputs along its first axis.`);
  const needed = offset + count * byteLength;
  if (count > 0 && (byteLength === 0 || size < needed)) {
    throw new CliError(
      `${path} says that it holds ${count} inputs of ${byteLength} bytes, but has ${size} bytes. Copy it again.`,
    );
  }
  return count;
}

async function readAt(file: FileHandle, path: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await readable(path, () => file.read(bytes, 0, length, offset));
  return bytes.subarray(0, bytesRead);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  return hash.digest('hex');
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new CliError(`Cannot read ${path}: ${(cause as Error).message}. Check the path.`, { cause });
  }
}
