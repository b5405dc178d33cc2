import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, open, readFile as readNodeFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../errors.ts';

/** Whether file paths mean anything here. */
export const hasFileSystem = true;

/** @throws ModelError `not-found` where there is no such file or it cannot be read. */
export async function readFile(path: string): Promise<Uint8Array> {
  const file = filePath(path);
  try {
    return await readNodeFile(file);
  } catch (cause) {
    throw new ModelError('not-found', `Cannot read ${file}: ${systemReason(cause)}. Check the path.`, {
      cause,
    });
  }
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(filePath(path))).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Writes a file so that a crash or a full disk leaves the old one: beside it first, flushed, then renamed over it.
 *
 * @throws ModelError `write-failed`.
 */
export async function writeFileAtomic(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    // The draft may not exist, or not even its folder; the reason given is the first one.
    await rm(draft, { force: true }).catch(() => undefined);
    throw new ModelError(
      'write-failed',
      `Cannot write ${path}: ${systemReason(cause)}. Free some space or choose another folder; what was there is unchanged.`,
      { cause },
    );
  }
}

/** @throws ModelError `write-failed`. */
export async function appendToFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await appendFile(join(folder, name), bytes);
  } catch (cause) {
    throw new ModelError('write-failed', `Cannot write ${join(folder, name)}: ${systemReason(cause)}.`, {
      cause,
    });
  }
}

/** Removes a file if it is there. */
export async function removeFile(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), { force: true });
}

function filePath(path: string): string {
  return path.startsWith('file:') ? fileURLToPath(path) : path;
}

function systemReason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of the path is a file, not a folder';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'permission denied';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
