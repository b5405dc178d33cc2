import type { Shared } from './node.ts';

export type { Shared };

export function shared(): Shared {
  return { path: undefined, missing: 'a browser page cannot read the folder of reference material' };
}

/** Calls `listener` with what promises were rejected with that nobody waits for; returns what ends that. */
export function onUnhandledRejection(listener: (reason: unknown) => void): () => void {
  const heard = ({ reason }: PromiseRejectionEvent): void => {
    listener(reason);
  };
  addEventListener('unhandledrejection', heard);
  return () => {
    removeEventListener('unhandledrejection', heard);
  };
}

/** What the last call stands in: a page cannot tell what follows from which. */
export class AsyncCalls<T extends object> {
  current: T | null = null;

  run<R>(context: T, call: () => R): R {
    this.current = context;
    return call();
  }
}
