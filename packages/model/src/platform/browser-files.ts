import { ModelError } from '../errors.ts';

/** Whether file paths mean anything here. */
export const hasFileSystem = false;

/** Paths are URLs here, relative to the page. @throws ModelError `not-found`. */
export async function readFile(path: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(path);
  } catch (cause) {
    throw new ModelError('not-found', `Cannot fetch ${path}. Check the address and the connection.`, {
      cause,
    });
  }
  if (!response.ok) {
    throw new ModelError(
      'not-found',
      `Cannot fetch ${path}: the server answered ${response.status}. Check the address.`,
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}

export function isFolder(): Promise<boolean> {
  return Promise.resolve(false);
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
