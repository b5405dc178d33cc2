import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadLayersModel, trainingStatus } from '@ablation-cam/model';

type Check = (bytes: Uint8Array) => boolean;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trimEnd();
const endsIn =
  (end: string): Check =>
  (bytes) =>
    text(bytes).endsWith(end);

/** Whether a file of a kind is whole. */
const CHECKS: Readonly<Record<string, Check>> = {
  '.json': (bytes) => {
    JSON.parse(text(bytes));
    return true;
  },
  '.html': endsIn('</html>'),
  '.svg': endsIn('</svg>'),
  '.png': (bytes) => Buffer.from(bytes.subarray(-8, -4)).toString('latin1') === 'IEND',
  // A line that is cut off counts as not there when the file is read.
  '.jsonl': () => true,
  '.csv': (bytes) => bytes.at(-1) === 10,
  '.md': (bytes) => bytes.at(-1) === 10,
  '.bin': () => true,
  '.safetensors': () => true,
};

/** Chunks of a Zarr array are called by numbers. */
const CHUNK = /^c?(\.?\d+)+$/;
const isWholeChunk: Check = (bytes) => gunzipSync(bytes).length > 0;

function checkOf(name: string): Check | undefined {
  if (CHUNK.test(name)) return isWholeChunk;
  // Logs of TensorBoard are added to, entry by entry; those that read them leave out a half of one at the end.
  return name.includes('tfevents') ? () => true : CHECKS[extname(name)];
}

/** @throws where a file is cut off, or of no kind that is written */
export function assertWholeFile(path: string, bytes: Uint8Array): void {
  const check = checkOf(basename(path));
  if (!check) throw new Error(`${path} was left`);
  if (!check(bytes)) throw new Error(`${path} is cut off`);
}

/**
 * @throws where a folder, or one in it, holds a file that is cut off, that cannot be read, or one that a
 * process that lives has left on its way
 */
export async function assertWholeFiles(folder: string, isDead: boolean): Promise<void> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (isDead && entry.name.endsWith('.tmp')) continue;
    assertWholeFile(path, await readFile(path));
    if (entry.name === 'model.json') (await loadLayersModel(path)).dispose();
  }
  await trainingStatus(join(folder, 'checkpoint'));
}
