import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../object-store.ts';
import { assertWholeFile, assertWholeFiles } from './whole-files.ts';

/** Where a command writes; there is nothing before it does. */
export interface Place {
  clear(): Promise<void> | void;
  /** Returns what is in a file, synchronously, which is no point of a run. */
  read(file: string): Buffer;
  /** @throws where a file is cut off, or one that a process that lives has left on its way */
  assertWhole(isDead: boolean): Promise<void> | void;
}

export function folderPlace(folder: string): Place {
  return {
    clear: () => rm(folder, { recursive: true, force: true }),
    read: (file) => readFileSync(join(folder, file)),
    assertWhole: (isDead) => assertWholeFiles(folder, isDead),
  };
}

/** @param prefix of the names of all objects */
export function objectsPlace({ objects }: ObjectStore, prefix: string): Place {
  return {
    clear: () => {
      objects.clear();
    },
    read: (file) => {
      const object = objects.get(prefix + file);
      if (!object) throw new Error(`There is no object ${prefix}${file}.`);
      return object;
    },
    assertWhole: () => {
      for (const [name, object] of objects) assertWholeFile(name, object);
    },
  };
}
