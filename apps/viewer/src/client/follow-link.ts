import type { BuiltInName } from '../protocol/sources.ts';
import { linkOf, stateOfLink } from '../state/link.ts';
import type { Store } from './store.ts';

/** Keeps the address of the page in step with what it shows, both ways. */
export function followLink(store: Store, available: readonly BuiltInName[]): void {
  let written = location.hash;
  store.subscribe((state) => {
    const link = linkOf(state);
    const hash = link === null ? '' : `#${link}`;
    if (hash === written) return;
    written = hash;
    history.replaceState(null, '', hash === '' ? location.pathname : hash);
  });
  addEventListener('hashchange', () => {
    if (location.hash === written) return;
    written = location.hash;
    store.dispatch({ kind: 'restore', state: stateOfLink(location.hash, available) });
  });
}
