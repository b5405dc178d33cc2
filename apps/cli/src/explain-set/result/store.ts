import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ModelError, writeFileWhole } from '@ablation-cam/model';
import { makeFolder } from '@ablation-cam/model/internals';
import type { ReadableResult, ResultKey } from '@ablation-cam/model/results';

/** Where the files of a result are, and the little more than reading them that several writers need; `name` is as `openStore` takes it. */
export interface ResultStore extends ReadableResult {
  /** Writes a file whole: whoever reads it meanwhile finds the old one, or none. */
  set(key: ResultKey, bytes: Uint8Array): Promise<void>;
  /** Writes a file that is not there yet, whole; returns whether it did. Of several writers one does. */
  create(key: ResultKey, bytes: Uint8Array): Promise<boolean>;
  /** @throws ModelError where that cannot be told */
  has(key: ResultKey): Promise<boolean>;
  /** The names of the files in a folder, in no order; none where there is no folder. */
  names(folder: ResultKey): Promise<string[]>;
  /** Removes what writers that were killed have left of files. */
  removeDrafts(folder: ResultKey): Promise<void>;
  /** Bytes that can still be written; null where nobody knows. */
  free(): Promise<number | null>;
}

/** A result in a folder, of this machine or shared by several. */
export class FolderStore implements ResultStore {
  readonly name: string;

  constructor(folder: string) {
    this.name = folder;
  }

  async get(key: ResultKey): Promise<Uint8Array | undefined> {
    return this.#unlessAbsent(key, (path) => readFile(path), undefined);
  }

  async set(key: ResultKey, bytes: Uint8Array): Promise<void> {
    await writeFileWhole(this.#path(key), bytes);
  }

  async create(key: ResultKey, bytes: Uint8Array): Promise<boolean> {
    const path = this.#path(key);
    const draft = `${path}.${randomUUID()}.tmp`;
    try {
      await makeFolder(dirname(path));
      await writeFile(draft, bytes, { flush: true });
      // Unlike a renaming, a link never takes the place of a file.
      await link(draft, path);
      return true;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && (await this.has(key))) return false;
      throw new ModelError(
        'write-failed',
        `Cannot write ${path}: ${(cause as Error).message}. Free some space or choose another folder with --out.`,
        { cause },
      );
    } finally {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  async has(key: ResultKey): Promise<boolean> {
    const facts = await this.#unlessAbsent(key, stat, null);
    return facts?.isFile() ?? false;
  }

  async names(folder: ResultKey): Promise<string[]> {
    return this.#unlessAbsent(folder, (path) => readdir(path), []);
  }

  async removeDrafts(folder: ResultKey): Promise<void> {
    for (const name of await this.names(folder)) {
      // Somebody else may be quicker, or forbid it: what is whole does not depend on it.
      if (name.endsWith('.tmp'))
        await rm(join(this.#path(folder), name), { force: true }).catch(() => undefined);
    }
  }

  async free(): Promise<number | null> {
    let folder = this.name;
    // The result itself may not be there yet.
    while (!(await stat(folder).catch(() => null)) && dirname(folder) !== folder) folder = dirname(folder);
    const facts = await statfs(folder).catch(() => null);
    return facts && facts.bavail * facts.bsize;
  }

  /** Asks the disk for something. @throws ModelError `not-found` where it does not answer */
  async #unlessAbsent<T, U>(key: ResultKey, ask: (path: string) => Promise<T>, absent: U): Promise<T | U> {
    const path = this.#path(key);
    try {
      return await ask(path);
    } catch (cause) {
      if (isAbsent(cause)) return absent;
      throw new ModelError(
        'not-found',
        `Cannot read ${path}: ${(cause as Error).message}. Check the permissions and the disk.`,
        { cause },
      );
    }
  }

  #path(key: ResultKey): string {
    return join(this.name, key);
  }
}

function isAbsent(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '');
}
