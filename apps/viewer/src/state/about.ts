import type { About, ViewerState } from './state.ts';

/** Returns what a state is about: what it takes to come back to it. */
export function aboutOf(state: ViewerState): About {
  const { model, input, labels, normalization, fit, settings, erasing, description, classNames } = state;
  return { model, input, labels, normalization, fit, settings, erasing, description, classNames };
}

/** What last worked, with the eraser that is in the hand. */
export function withGood(state: ViewerState, good: About): ViewerState {
  const { strokes, before } = good.erasing;
  return { ...state, ...good, erasing: { ...state.erasing, strokes, before } };
}
