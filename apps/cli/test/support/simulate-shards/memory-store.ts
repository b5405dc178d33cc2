import { createHash } from 'node:crypto';
import type { ResultKey } from '@ablation-cam/model/results';
import type { ResultStore } from '../../../src/explain-set/result/store.ts';

/** A result in memory, each different content once: a million empty shards are alike. */
export class MemoryStore implements ResultStore {
  readonly name = 'memory';
  readonly #folders = new Map<string, Map<string, Uint8Array>>();
  readonly #contents = new Map<string, Uint8Array>();

  get(key: ResultKey): Promise<Uint8Array | undefined> {
    const { folder, name } = split(key);
    return Promise.resolve(this.#folders.get(folder)?.get(name));
  }

  set(key: ResultKey, bytes: Uint8Array): Promise<void> {
    const { folder, name } = split(key);
    let files = this.#folders.get(folder);
    if (files === undefined) this.#folders.set(folder, (files = new Map<string, Uint8Array>()));
    const hash = createHash('sha256').update(bytes).digest('base64');
    const known = this.#contents.get(hash);
    if (known === undefined) this.#contents.set(hash, bytes);
    files.set(name, known ?? bytes);
    return Promise.resolve();
  }

  async create(key: ResultKey, bytes: Uint8Array): Promise<boolean> {
    if (await this.has(key)) return false;
    await this.set(key, bytes);
    return true;
  }

  async has(key: ResultKey): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  names(folder: ResultKey): Promise<string[]> {
    return Promise.resolve([...(this.#folders.get(folder)?.keys() ?? [])]);
  }

  removeDrafts(): Promise<void> {
    return Promise.resolve();
  }

  free(): Promise<null> {
    return Promise.resolve(null);
  }
}

function split(key: string): { readonly folder: string; readonly name: string } {
  const slash = key.lastIndexOf('/');
  return { folder: slash === 0 ? '/' : key.slice(0, slash), name: key.slice(slash + 1) };
}
