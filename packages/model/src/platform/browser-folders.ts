import { ModelError } from '../errors.ts';

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** @throws ModelError `not-found`, always: a page cannot list folders. */
export function listFolder(path: string): Promise<FolderEntry[]> {
  const remedy = 'let the user choose it with <input type="file" webkitdirectory> and pass the files';
  return Promise.reject(new ModelError('not-found', `A browser cannot list the folder ${path}: ${remedy}.`));
}
