import { ModelError } from '@ablation-cam/model';
import type { ReadableResult, ResultKey } from '@ablation-cam/model/results';
import type { ResultSource } from '../../protocol/results.ts';

/** Returns where the files of a result are read from. */
export function resultStore(source: ResultSource): ReadableResult {
  return { name: source.name, get: (key: ResultKey) => bytesOf(source, key.slice(1)) };
}

async function bytesOf(source: ResultSource, path: string): Promise<Uint8Array | undefined> {
  if (source.kind === 'files') {
    const file = source.files.get(path);
    return file && new Uint8Array(await file.arrayBuffer());
  }
  const response = await fetch(source.url + path);
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new ModelError(
      'not-found',
      `${source.url}${path} cannot be read: its server answers ${response.status}.`,
    );
  return new Uint8Array(await response.arrayBuffer());
}
