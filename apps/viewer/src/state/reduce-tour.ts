import { orderedChannels } from './channels.ts';
import { shownMap } from './selectors.ts';
import type { ViewerState } from './state.ts';
import { TOUR_STEPS, type TourAction, type TourStep } from './tour.ts';

/** Returns the state after a step of the tour: it does what a person would do, on the page as it is. */
export function reduceTour(state: ViewerState, action: TourAction): ViewerState {
  const { tour } = state;
  switch (action.kind) {
    case 'start-tour': {
      const { display, panel, channels } = state;
      const begun = { step: 'answer', grown: null, before: { display, panel, channels } } as const;
      return atStep(
        {
          ...state,
          tour: begun,
          panel: 'channels',
          display: { ...display, classIndex: null, contrast: null, method: 'ablation-cam', sides: 'for' },
        },
        'answer',
      );
    }
    case 'turn-tour': {
      const next = tour && TOUR_STEPS[TOUR_STEPS.indexOf(tour.step) + action.by];
      if (next) return atStep(state, next);
      return action.by > 0 ? withoutTour(state) : state;
    }
    case 'grow-map':
      return tour ? { ...state, tour: { ...tour, grown: action.channels } } : state;
    case 'end-tour':
      return withoutTour(state);
  }
}

/** Returns the state as it was before the tour. */
export function withoutTour(state: ViewerState): ViewerState {
  return state.tour ? { ...state, ...state.tour.before, tour: null } : state;
}

function atStep(state: ViewerState, step: TourStep): ViewerState {
  const { tour } = state;
  if (!tour) return state;
  const heaviest = heaviestChannel(state);
  const isAboutChannels = step === 'channels' || step === 'off' || step === 'grow';
  return {
    ...state,
    tour: { ...tour, step, grown: step === 'grow' ? 1 : null },
    channels: {
      order: 'weight',
      focused: isAboutChannels ? heaviest : null,
      off: step === 'off' && heaviest !== null ? [heaviest] : [],
    },
  };
}

/** The channel without which the score falls most; null before anything is explained. */
export function heaviestChannel(state: ViewerState): number | null {
  const map = shownMap(state);
  return (map && orderedChannels(map, 'weight')[0]) ?? null;
}
