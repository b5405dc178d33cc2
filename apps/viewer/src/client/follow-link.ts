import type { BuiltInName } from '../protocol/sources.ts';
import { linkOf, stateOfLink } from '../state/link.ts';
import type { Store } from './store.ts';

/** Changes that follow each other sooner belong together, as while something is dragged. */
const SETTLED_MS = 150;

/** Keeps the address of the page in step with what it shows, both ways. */
export function followLink(store: Store, available: readonly BuiltInName[]): void {
  let written = location.hash;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    const link = linkOf(store.state);
    const hash = link === null ? '' : `#${link}`;
    if (hash === written) return;
    written = hash;
    history.replaceState(null, '', hash === '' ? location.pathname : hash);
  };
  store.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(write, SETTLED_MS);
  });
  addEventListener('hashchange', () => {
    if (location.hash === written) return;
    // What was about to be written is of the view that is left.
    clearTimeout(timer);
    written = location.hash;
    store.dispatch({ kind: 'restore', state: stateOfLink(location.hash, available) });
  });
}
