import type { AbsolutePath } from 'zarrita';
import type { ResultStore } from './store.ts';

/**
 * Returns a store whose arrays of half-precision numbers read as those of their bits: the library knows the type only where
 * JavaScript does, which Node 20 does not.
 */
export function bitsOfHalves(store: Pick<ResultStore, 'get'>): Pick<ResultStore, 'get'> {
  return {
    get: async (key: AbsolutePath) => {
      const bytes = await store.get(key);
      if (bytes === undefined || !/\/(zarr\.json|\.zarray)$/.test(key)) return bytes;
      const text = new TextDecoder()
        .decode(bytes)
        .replace('"float16"', '"uint16"')
        .replace('"<f2"', '"<u2"')
        .replace(/"fill_value": "NaN"/, '"fill_value": 32256');
      return new TextEncoder().encode(text);
    },
  };
}
