import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../errors.ts';

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/**
 * What is in a folder, in the order of the names' UTF-16 code units, which is the same everywhere. What is neither a file nor a
 * folder - a pipe, a device - is left out: reading it may have no end.
 *
 * @throws ModelError `not-found` where there is no such folder or it cannot be read
 */
export async function listFolder(path: string): Promise<FolderEntry[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const listed = entries.map(async (entry): Promise<FolderEntry[]> => {
      const entryPath = join(path, entry.name);
      // A link counts as what it leads to; one that leads nowhere fails by name when it is read.
      const facts = entry.isSymbolicLink() ? await stat(entryPath).catch(() => undefined) : entry;
      if (facts && !facts.isDirectory() && !facts.isFile()) return [];
      return [{ name: entry.name, path: entryPath, isFolder: facts?.isDirectory() === true }];
    });
    return (await Promise.all(listed)).flat().sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError('not-found', `Cannot read the folder ${path} (${reason}). Check the path.`, {
      cause,
    });
  }
}
