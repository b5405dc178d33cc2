import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Returns the files of a result, each with the SHA-256 of what is in it, but for the attributes of the group, which tell of the run.
 *
 * @param isOver whether nobody writes any more, so that drafts count
 */
export async function resultFiles(result: string, isOver = true): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of await filesIn(result)) {
    if (path === join(result, 'zarr.json') || (!isOver && path.endsWith('.tmp'))) continue;
    const hash = createHash('sha256').update(await readFile(path));
    found.set(path.slice(result.length + 1), hash.digest('hex'));
  }
  return found;
}

/** Returns the numbers of the shards that are there: those whose `state` is. */
export async function finishedShards(result: string): Promise<number[]> {
  const names = await readdir(join(result, 'state')).catch(() => []);
  return names.flatMap((name) => Number(/^c\.(\d+)$/.exec(name)?.[1] ?? NaN)).filter(Number.isInteger);
}

/** @throws where a chunk under its own name is not whole; drafts of writers that were killed may be anything */
export async function assertWholeChunks(result: string): Promise<void> {
  for (const path of await filesIn(result)) {
    if (path.endsWith('.tmp')) continue;
    const bytes = await readFile(path);
    try {
      if (path.endsWith('.json')) JSON.parse(bytes.toString());
      // Fails where its checksum does.
      else gunzipSync(bytes);
    } catch (cause) {
      throw new Error(`${path} is torn`, { cause });
    }
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
