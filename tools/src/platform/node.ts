import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of reference material, or the reason why it cannot be used; exactly one of the two. */
export type Shared =
  | { readonly path: string; readonly missing: undefined }
  | { readonly path: undefined; readonly missing: string };

/** The folder `shared` beside the repository (ABLATION_CAM_SHARED names another), which holds reference data and models. */
export function shared(): Shared {
  const path =
    process.env['ABLATION_CAM_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
  return existsSync(path)
    ? { path, missing: undefined }
    : { path: undefined, missing: `there is no folder ${path} (ABLATION_CAM_SHARED names another)` };
}

/** Calls `listener` with what promises were rejected with that nobody waits for; returns what ends that. */
export function onUnhandledRejection(listener: (reason: unknown) => void): () => void {
  process.on('unhandledRejection', listener);
  return () => process.off('unhandledRejection', listener);
}

/** What a call stands in, and all that follows from it, however late; null: nothing. */
export class AsyncCalls<T extends object> {
  readonly #storage = new AsyncLocalStorage<T>();

  get current(): T | null {
    return this.#storage.getStore() ?? null;
  }

  run<R>(context: T, call: () => R): R {
    return this.#storage.run(context, call);
  }
}
