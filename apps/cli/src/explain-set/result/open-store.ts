import { resolve } from 'node:path';
import { CliError } from '../../errors.ts';
import { FolderStore, type ResultStore } from './store.ts';

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/**
 * Returns where the files of a result are: a folder, or `s3://bucket/prefix`, an object store with S3's interface.
 *
 * @throws CliError for another kind of URL, and for an object store without a bucket or without credentials
 */
export async function openStore(place: string): Promise<ResultStore> {
  const scheme = SCHEME.exec(place)?.[1];
  if (scheme === undefined) return new FolderStore(place);
  if (scheme.toLowerCase() !== 's3') {
    throw new CliError(`${place}: a result lies in a folder or at s3://bucket/prefix, not at ${scheme}://.`);
  }
  const { S3Store } = await import('./s3-store.ts');
  return S3Store.open(place, process.env);
}

/** The same place for a program that runs in another folder. */
export function placeOf(place: string): string {
  return SCHEME.test(place) ? place : resolve(place);
}
