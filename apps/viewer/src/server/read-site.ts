import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The site's files, so that serving them reads nothing from the disk. */
export async function readSite(folder: string): Promise<Map<string, Uint8Array>> {
  const names = await readdir(folder);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}
