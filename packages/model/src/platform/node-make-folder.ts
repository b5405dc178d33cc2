import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that are not there. In place of Node's `mkdir` with `recursive`, which tries for ever, on a whole core,
 * where a folder is there and what is to be made in it is "not found" all the same: below `/proc`, or behind a link that leads nowhere.
 *
 * @throws Error of the system, the first that no other folder can mend
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isMade(folder, 'ENOENT')) return;
  await makeFolder(dirname(folder));
  await isMade(folder, null);
}

/** Makes a folder where there is none; returns false for an error with this code, which a folder above may mend. */
async function isMade(folder: string, code: string | null): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    // Systems say this and that of a folder that is there, such as that the disk may only be read.
    if (await isThere(folder)) return true;
    const { code: found } = error as NodeJS.ErrnoException;
    if (found === code && dirname(folder) !== folder) return false;
    throw error;
  }
}

async function isThere(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch {
    return false;
  }
}
