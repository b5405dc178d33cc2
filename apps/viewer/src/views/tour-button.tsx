import { useState } from 'preact/hooks';
import { isRemembered, remember } from '../client/remembered.ts';
import { isKeepable } from '../state/wanted-calls.ts';
import type { ViewProps } from './app.tsx';

/** Where the focus goes when a tour ends. */
export const TOUR_BUTTON = 'start-tour';

/** Starts the tour; who is here for the first time is told that there is one. */
export function TourButton({ state, dispatch }: ViewProps) {
  const [isNew, setNew] = useState(() => !isRemembered('toured'));
  return (
    <button
      type="button"
      id={TOUR_BUTTON}
      disabled={!isKeepable(state)}
      onClick={() => {
        remember('toured', true);
        setNew(false);
        dispatch({ kind: 'start-tour' });
      }}
    >
      {isNew ? 'New here? Take the tour (60\u00a0s)' : 'Tour (60\u00a0s)'}
    </button>
  );
}
