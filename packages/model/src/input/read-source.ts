import { readFile } from '#platform';
import { fetchFile } from '../files/fetch-file.ts';

/** Where bytes come from: a path (in a browser: a relative URL), a URL, the bytes themselves, or a browser's File. */
export type InputSource = string | URL | Uint8Array | ArrayBuffer | Blob;

export interface SourceBytes {
  readonly bytes: Uint8Array;
  /** How messages and results call it: the last part of a path, or `fallbackName` for bytes. */
  readonly name: string;
}

/** @throws ModelError `not-found` for what cannot be read or fetched */
export async function readSource(source: InputSource, fallbackName = 'the input'): Promise<SourceBytes> {
  if (source instanceof Uint8Array) return { bytes: source, name: fallbackName };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: fallbackName };
  if (source instanceof Blob) {
    const name = 'name' in source && typeof source.name === 'string' ? source.name : fallbackName;
    return { bytes: new Uint8Array(await source.arrayBuffer()), name };
  }
  const address = String(source);
  const isFetched = /^(https?|data|blob):/i.test(address);
  return {
    bytes: isFetched ? await fetchFile(address) : await readFile(address),
    name: address.startsWith('data:') ? fallbackName : lastPart(address),
  };
}

function lastPart(address: string): string {
  const path = address.replace(/[?#].*$/, '');
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? address;
}
