import { remembered } from '../state/reduce-shelf.ts';
import { emptyShelf, type Shelf } from '../state/shelf.ts';
import type { ViewerState } from '../state/state.ts';
import type { ShelfDatabase } from './shelf-database.ts';
import type { Store } from './store.ts';

/** Puts what earlier visits left on the shelf there again, and keeps it from now on. Without a database the page goes on without. */
export async function keepShelf(store: Store): Promise<void> {
  try {
    const { ShelfDatabase } = await import('./shelf-database.ts');
    const database = await ShelfDatabase.open();
    const shelf = await database.read();
    store.dispatch({ kind: 'shelf-loaded', shelf });
    follow(store, database, { ...emptyShelf, ...shelf });
  } catch (error) {
    const reason = `This browser keeps nothing for this page (${words(error)}): what you open is here until the page is closed.`;
    store.dispatch({ kind: 'keep-shelf', keeping: { status: 'refused', reason } });
  }
}

function follow(store: Store, database: ShelfDatabase, loaded: Shelf): void {
  let written = loaded;
  let last: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const { shelf } = remembered(store.state);
    const isSame =
      written.models === shelf.models &&
      written.inputs === shelf.inputs &&
      JSON.stringify([written.views, written.classes]) === JSON.stringify([shelf.views, shelf.classes]);
    if (isSame) return;
    try {
      await database.write(written, shelf);
      written = shelf;
      if (store.state.shelf.keeping.status !== 'kept')
        store.dispatch({ kind: 'keep-shelf', keeping: { status: 'kept' } });
    } catch (error) {
      // What could not be written is tried again with the next change, when something may have been taken off.
      const reason = isQuota(error)
        ? "The browser's storage for this page is full: the last things are here until the page is closed. Take some off to keep them."
        : `What is new could not be kept (${words(error)}): it is here until the page is closed.`;
      if (keepingReason(store.state) !== reason)
        store.dispatch({ kind: 'keep-shelf', keeping: { status: 'full', reason } });
    }
  };
  const later = (): void => {
    last = last.then(write);
  };
  store.subscribe(later);
  later();
}

function keepingReason({ shelf: { keeping } }: ViewerState): string | null {
  return 'reason' in keeping ? keeping.reason : null;
}

function isQuota(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

function words(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
