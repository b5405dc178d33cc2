import { ModelError } from '../errors.ts';
import type { ByteLimit } from '../files/byte-limit.ts';
import { fetchFile } from '../files/fetch-file.ts';

/** Whether file paths mean anything here. */
export const hasFileSystem = false;

export interface ReadFileOptions {
  readonly limit?: ByteLimit;
  /** A folder that the path must not lead out of; here it is looked at before it is asked for. */
  readonly inside?: string;
  readonly regularOnly?: boolean;
}

/** Paths are URLs here, relative to the page. @throws ModelError `not-found`, `invalid-file` past the limit. */
export async function readFile(path: string, { limit }: ReadFileOptions = {}): Promise<Uint8Array> {
  return fetchFile(path, limit);
}

/** An address names a folder by ending in a slash. */
export function isFolder(path: string): Promise<boolean> {
  return Promise.resolve(path.endsWith('/'));
}

/** @throws ModelError `write-failed`, always: a page cannot write files. */
export function writeFileAtomic(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  return refuseWriting(folder, name, bytes);
}

/**
 * In Node, writes a file, and its folder where there is none, so that a failure leaves what was there.
 *
 * @throws ModelError `write-failed`; in a browser always, as a page cannot write files
 */
export function writeFileWhole(path: string, content: string | Uint8Array): Promise<void> {
  return refuseWriting('.', path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
}

/**
 * In Node, adds bytes to the end of a file, which is made where there is none.
 *
 * @throws ModelError `write-failed`; in a browser always, as a page cannot write files
 */
export function appendToFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  return refuseWriting(folder, name, bytes);
}

/** @throws ModelError `write-failed`, always: a page cannot make folders. */
export function makeFolder(folder: string): Promise<void> {
  return refuseWriting(folder, '', new Uint8Array());
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
