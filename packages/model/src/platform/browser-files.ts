import { ModelError } from '../errors.ts';
import { fetchFile } from '../files/fetch-file.ts';

/** Whether file paths mean anything here. */
export const hasFileSystem = false;

/** Paths are URLs here, relative to the page. @throws ModelError `not-found`. */
export async function readFile(path: string): Promise<Uint8Array> {
  return fetchFile(path);
}

/** An address names a folder by ending in a slash. */
export function isFolder(path: string): Promise<boolean> {
  return Promise.resolve(path.endsWith('/'));
}

/** @throws ModelError `write-failed`, always: a page cannot write files. */
export function writeFileAtomic(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  return refuseWriting(folder, name, bytes);
}

/** @throws ModelError `write-failed`, always: a page cannot write files. */
export function appendToFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  return refuseWriting(folder, name, bytes);
}

/** @throws ModelError `write-failed`, always: a page cannot remove files. */
export function removeFile(folder: string, name: string): Promise<void> {
  return refuseWriting(folder, name, new Uint8Array());
}

function refuseWriting(folder: string, name: string, bytes: Uint8Array): Promise<never> {
  return Promise.reject(
    new ModelError(
      'write-failed',
      `A browser cannot write ${folder}/${name} (${bytes.byteLength} bytes): use the bytes themselves (modelFiles).`,
    ),
  );
}
