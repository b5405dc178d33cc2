import {
  appendFile,
  constants,
  open,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
  writeFile as writeNodeFile,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../errors.ts';
import { tooLong, type ByteLimit } from '../files/byte-limit.ts';
import { limits } from '../files/limits.ts';
import { clearDrafts, draftOf } from './node-drafts.ts';
import { makeFolder } from './node-make-folder.ts';

/** Whether file paths mean anything here. */
export const hasFileSystem = true;

export interface ReadFileOptions {
  readonly limit?: ByteLimit;
  /** A folder whose regular files only are read, wherever links lead. */
  readonly inside?: string;
  /** Whether a pipe is refused, too: one that is found among others may have nobody who writes into it. */
  readonly regularOnly?: boolean;
}

/**
 * The bytes of a file, or of a pipe such as a shell makes where no folder is given; never of a device, which may have no end.
 *
 * @throws ModelError `not-found` where there is no such file or it cannot be read; `invalid-file` where it is no file, lies
 * outside `inside` or is longer than the limit
 */
export async function readFile(
  path: string,
  { limit = { bytes: limits.fileBytes }, inside, regularOnly = inside !== undefined }: ReadFileOptions = {},
): Promise<Uint8Array> {
  let file = path;
  try {
    file = filePath(path);
    if (inside !== undefined) await refuseOutside(file, filePath(inside));
    // Without waiting for somebody to write into a pipe.
    const flags = regularOnly ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY;
    const facts = await stat(file);
    if (facts.isDirectory())
      throw new ModelError('not-found', `Cannot read ${file}: it is a folder. Check the path.`);
    if (!facts.isFile() && !(facts.isFIFO() && !regularOnly)) {
      throw new ModelError('invalid-file', `${file} is no file but a device or the like. Choose a file.`);
    }
    const handle = await open(file, flags);
    try {
      return await readUpTo(handle, facts.size, file, limit);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError('not-found', `Cannot read ${file}: ${systemReason(cause)}. Check the path.`, {
      cause,
    });
  }
}

async function refuseOutside(file: string, folder: string): Promise<void> {
  const root = await realpath(folder === '' ? '.' : folder);
  const place = relative(root, await realpath(file));
  if (place !== '..' && !place.startsWith(`..${sep}`) && !isAbsolute(place)) return;
  throw new ModelError(
    'invalid-file',
    `${file} is a link to a file outside the model's folder: weights are read from there and below only. Put the file itself there.`,
  );
}

/** A file may grow while it is read, and a pipe says nothing of its length. */
async function readUpTo(
  handle: FileHandle,
  size: number,
  file: string,
  limit: ByteLimit,
): Promise<Uint8Array> {
  if (size > limit.bytes) throw tooLong(`${file} (${size} bytes)`, limit);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    // One byte more than there should be, so that the end is seen without another buffer.
    const part = new Uint8Array(length === 0 ? Math.max(size + 1, 2 ** 16) : 2 ** 16);
    const { bytesRead } = await handle.read(part, 0, part.byteLength);
    if (bytesRead === 0) break;
    length += bytesRead;
    if (length > limit.bytes) throw tooLong(file, limit);
    parts.push(part.subarray(0, bytesRead));
    if (length === size) break;
  }
  const [only, ...more] = parts;
  return only !== undefined && more.length === 0 ? only : new Uint8Array(Buffer.concat(parts));
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(filePath(path))).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Writes a file so that a crash or a full disk leaves the old one: beside it first, flushed, then renamed over it, with the
 * permissions of the old one. What a killed process has left beside it is removed. A link stays one, and what is no file, such as `/dev/stdout`, is written to.
 *
 * @throws ModelError `write-failed`.
 */
export async function writeFileAtomic(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  let draft: string | undefined;
  try {
    await makeFolder(folder);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && !facts.isFile() && !facts.isDirectory()) {
      await writeNodeFile(path, bytes);
      return;
    }
    const target = facts === undefined ? path : await realpath(path);
    await clearDrafts(target);
    draft = draftOf(target);
    const file = await open(draft, 'wx', facts === undefined ? 0o666 : facts.mode & 0o777);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (cause) {
    // The draft may not exist, or not even its folder; the reason given is the first one.
    if (draft !== undefined) await rm(draft, { force: true }).catch(() => undefined);
    throw new ModelError(
      'write-failed',
      `Cannot write ${path}: ${systemReason(cause)}. Free some space or choose another folder; what was there is unchanged.`,
      { cause },
    );
  }
}

/**
 * Writes a file, and its folder where there is none, so that a failure leaves what was there: every file of the commands
 * goes through here.
 *
 * @throws ModelError `write-failed` with the reason
 */
export async function writeFileWhole(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await writeFileAtomic(dirname(path), basename(path), bytes);
}

/** Adds bytes to the end of a file, which is made where there is none. @throws ModelError `write-failed`. */
export async function appendToFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  try {
    await makeFolder(folder);
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
    case 'ELOOP':
      return 'its links lead in a circle';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of the path is a file, not a folder';
    case 'ENAMETOOLONG':
      return 'the name is too long';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'permission denied';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    default:
      // Node says "EIO: i/o error, write": the part between is for people.
      return cause instanceof Error
        ? (/^E[A-Z0-9]+: ([^,]+)/.exec(cause.message)?.[1] ?? cause.message)
        : String(cause);
  }
}
