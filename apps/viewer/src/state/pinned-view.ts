import type { Explained } from '../protocol/descriptions.ts';
import { aboutOf } from './about.ts';
import { classNameOf, shownView, type ShownAttribution } from './selectors.ts';
import type { About, Display, ViewerState } from './state.ts';

/** A view that was put aside, with its map and what it takes to come back to it. */
export interface PinnedView {
  readonly explained: Explained;
  readonly map: ShownAttribution;
  readonly className: string;
  readonly about: About;
  readonly display: Display;
}

export type PinAction =
  /** Puts the present view aside, so that others are held against it. */
  | { readonly kind: 'pin-view' }
  /** Comes back to the view that was put aside, and puts the present one there. */
  | { readonly kind: 'swap-views' }
  | { readonly kind: 'unpin-view' };

/** Returns what is on the stage as a view to be put aside, or null while it is not there. */
export function pinnableView(state: ViewerState): PinnedView | null {
  const view = shownView(state);
  if (!view?.attribution || !view.isCurrent) return null;
  return {
    explained: view.explained,
    map: view.attribution,
    className: classNameOf(state, view.attribution.classIndex),
    about: aboutOf(state),
    // The class stays the one that is shown, whatever is predicted by then.
    display: { ...state.display, classIndex: view.attribution.classIndex },
  };
}

/**
 * Comes back to the view that was put aside, and puts the present one there; nothing changes while there is none.
 *
 * @param fresh the state with what belongs to the present request cleared
 */
export function swapViews(state: ViewerState, fresh: ViewerState): ViewerState {
  const { pinned } = state;
  const view = pinnableView(state);
  if (!pinned || !view) return state;
  const isSameModel = pinned.about.model.id === state.model.id;
  return {
    ...fresh,
    ...pinned.about,
    display: pinned.display,
    pinned: view,
    ...(!isSameModel && { gallery: [], galleryFirst: 0 }),
  };
}
