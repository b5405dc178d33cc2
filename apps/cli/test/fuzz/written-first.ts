import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FuzzTarget } from '@ablation-cam/tools/testing';

/** A kind of file that is read from a disk. @param path in a folder of its own */
export function writtenFirst(
  name: string,
  path: string,
  contents: (seed: number) => Uint8Array | string | Promise<string>,
  read: (path: string) => Promise<unknown>,
): FuzzTarget {
  return {
    name,
    read: async (seed) => {
      const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
      try {
        const file = join(folder, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, await contents(seed));
        await read(file);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}
