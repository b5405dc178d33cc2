import { ModelError } from '@ablation-cam/model';
import type { AbsolutePath, AsyncReadable } from 'zarrita';
import type { ResultSource } from '../../protocol/results.ts';

/** Returns the files of a result as zarrita reads them. Arrays of half-precision numbers read as those of their bits. */
export function resultStore(source: ResultSource): AsyncReadable {
  return {
    get: async (key: AbsolutePath) => {
      const bytes = await bytesOf(source, key.slice(1));
      // The library knows the type only where JavaScript does.
      return bytes && key.endsWith('/zarr.json') ? withoutHalves(bytes) : bytes;
    },
  };
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

function withoutHalves(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes('"float16"')) return bytes;
  const other = text.replace('"float16"', '"uint16"').replace(/"fill_value": *"NaN"/, '"fill_value": 32256');
  return new TextEncoder().encode(other);
}
