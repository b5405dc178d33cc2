import type { ChosenInput, ChosenModel } from '../protocol/sources.ts';
import { withoutStrokes } from './erasing.ts';
import type { ViewerState } from './state.ts';

/** Returns the state without what belongs to one request alone. */
export function withNewRequest(state: ViewerState): ViewerState {
  return {
    ...state,
    channels: { ...state.channels, focused: null, off: [] },
    race: state.race.status === 'idle' ? state.race : { status: 'cancelled', run: state.race.run },
    problem: null,
    notice: null,
  };
}

/** Returns the state with another network, and nothing of what belongs to the one before. */
export function withModel(state: ViewerState, model: ChosenModel, input: ChosenInput | null): ViewerState {
  return {
    ...withNewRequest(state),
    model,
    input,
    labels: null,
    classNames: null,
    description: null,
    normalization: null,
    gallery: model.id === state.model.id ? state.gallery : [],
    galleryFirst: 0,
    settings: { ...state.settings, output: null, layer: null },
    erasing: withoutStrokes(state.erasing),
    display: { ...state.display, classIndex: null, contrast: null },
  };
}
