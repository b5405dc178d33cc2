import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readFile } from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import { factsOf } from './file-facts.ts';
import { labelNames, type Entry, type SampleList, type SampleSource } from './samples.ts';

const NAMES = /\.(png|jpe?g|tiff?|webp|npy)$/i;

/** Files whose facts are asked for at the same time. */
const AT_ONCE = 64;

/** The images and `.npy` files in a folder and below; those in a folder of the folder have its name as their label. */
export function folderSource(folder: string): SampleSource {
  return {
    list: () => listFolder(folder),
    bytesOf: (source) => readFile(join(folder, source), { regularOnly: true }),
    close: () => Promise.resolve(),
  };
}

/**
 * In the order of the names' UTF-16 code units.
 *
 * @throws CliError for what cannot be read, and for links that lead in a circle
 */
async function listFolder(folder: string): Promise<SampleList> {
  const paths: string[] = [];
  await walk(folder, '', [], paths);
  paths.sort((a, b) => (a < b ? -1 : 1));
  const entries: Entry[] = [];
  for (let first = 0; first < paths.length; first += AT_ONCE) {
    const some = paths.slice(first, first + AT_ONCE);
    entries.push(...(await Promise.all(some.map((path) => entryOf(folder, path)))));
  }
  return { entries, identity: 'files', labelNames: labelNames(entries) };
}

/** @param above the real places of the folders on the way */
async function walk(root: string, below: string, above: readonly string[], paths: string[]): Promise<void> {
  const folder = join(root, below);
  try {
    const place = await realpath(folder);
    if (above.includes(place)) {
      throw new CliError(`${folder} is a link that leads back to ${place}: links in a circle. Remove it.`);
    }
    // Read as it comes: of a million names only those of samples are kept.
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      const isFolder = entry.isSymbolicLink() ? await leadsToFolder(join(root, path)) : entry.isDirectory();
      if (isFolder) await walk(root, path, [...above, place], paths);
      else if (NAMES.test(entry.name)) paths.push(path);
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`Cannot read the folder ${folder}: ${(cause as Error).message}.`, { cause });
  }
}

async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw new CliError(`${path} is a link that leads to itself. Remove it.`, { cause });
    // A link that leads nowhere is a sample that cannot be read.
    return false;
  }
}

async function entryOf(folder: string, path: string): Promise<Entry> {
  const [first = '', ...rest] = path.split('/');
  return { source: path, label: rest.length > 0 ? first : null, ...(await factsOf(join(folder, path))) };
}
