import type { BuiltInName } from '../protocol/sources.ts';
import { linkOf, openedLink } from '../state/link.ts';
import { visitOf, type Visit } from '../state/visit.ts';
import { isExplained } from '../state/wanted-calls.ts';
import type { ViewerState } from '../state/state.ts';
import type { Store } from './store.ts';

/** Changes that follow each other sooner belong together, as while something is dragged. */
const SETTLED_MS = 150;

/**
 * Keeps the browser's history in step with what is shown, both ways: another network, input or class is a step that Back undoes, all
 * else changes the address of the step. What no address can hold - files of the user's - is named by the entry itself.
 *
 * @param steps false where the history is that of another page, which embeds this one
 */
export function followHistory(store: Store, available: readonly BuiltInName[], steps: boolean): void {
  let written = '';
  let visited = '';
  let place = '';
  /** Whether what comes next is an entry that is there already. */
  let isArriving = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    clearTimeout(timer);
    const { state } = store;
    // What may yet turn out to be broken is no step.
    if (!isSettled(state)) return;
    const link = linkOf(state);
    const address = link === null ? location.pathname + location.search : `#${link}`;
    const visit = visitOf(state);
    const entry = JSON.stringify([address, visit]);
    if (entry === written) return;
    const isStep = steps && !isArriving && placeOf(state) !== place;
    written = entry;
    visited = placeText(state);
    place = placeOf(state);
    isArriving = false;
    if (isStep) history.pushState(visit, '', address);
    else history.replaceState(visit, '', address);
  };
  store.subscribe((state) => {
    clearTimeout(timer);
    // What a reload comes back to is written at once: nothing of it changes as often as while something is dragged.
    if (placeText(state) !== visited) write();
    else timer = setTimeout(write, SETTLED_MS);
  });
  addEventListener('popstate', ({ state }) => {
    // What was about to be written is of the view that is left.
    clearTimeout(timer);
    isArriving = true;
    const visit = visitIn(state);
    if (visit?.isOwn) store.dispatch({ kind: 'revisit', visit });
    else store.dispatch({ kind: 'restore', state: openedLink(location.hash, available, store.state) });
  });
}

/** What an entry says was shown, in files of the user's; null for any other. */
export function ownVisit(): Visit | null {
  const visit = visitIn(history.state);
  return visit?.isOwn ? visit : null;
}

/** Entries are written by this page alone, but perhaps by another version of it. */
function visitIn(state: unknown): Visit | null {
  const isVisit = typeof state === 'object' && state !== null && 'modelId' in state && 'settings' in state;
  return isVisit ? (state as Visit) : null;
}

/** What is written at once: all of a visit but what is painted. */
function placeText(state: ViewerState): string {
  return JSON.stringify({ ...visitOf(state), erased: null });
}

/** What makes a step: network, input, class. */
function placeOf({ model, input, display }: ViewerState): string {
  return [model.id, input?.id ?? '', display.classIndex ?? ''].join('|');
}

/** Live pictures, what a tour shows and what is only on the way to be A are no steps: there is no way back to one. */
function isSettled(state: ViewerState): boolean {
  if (state.input?.kind === 'frame' || state.tour !== null || state.pinsFor !== null) return false;
  return state.input === null ? state.description !== null : isExplained(state);
}
