import { readFile } from '#platform';
import { ModelError } from '../errors.ts';

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
    bytes: isFetched ? await fetchBytes(address) : await readFile(address),
    name: address.startsWith('data:') ? fallbackName : lastPart(address),
  };
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const shown = address.length > 200 ? `${address.slice(0, 200)}...` : address;
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new ModelError('not-found', `Cannot fetch ${shown}. Check the address and the connection.`, {
      cause,
    });
  }
  if (!response.ok) {
    throw new ModelError(
      'not-found',
      `Cannot fetch ${shown}: the server answered ${response.status}. Check the address.`,
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}

function lastPart(address: string): string {
  const path = address.replace(/[?#].*$/, '');
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? address;
}
