import type { Action } from '../state/actions.ts';
import { reduce } from '../state/reducer.ts';
import type { ViewerState } from '../state/state.ts';

export type Dispatch = (action: Action) => void;

/** The one place where the state is. */
export class Store {
  #state: ViewerState;
  readonly #listeners = new Set<(state: ViewerState) => void>();

  constructor(state: ViewerState) {
    this.#state = state;
  }

  get state(): ViewerState {
    return this.#state;
  }

  readonly dispatch: Dispatch = (action) => {
    const next = reduce(this.#state, action);
    if (next === this.#state) return;
    this.#state = next;
    // The state as it is by then: a listener may have changed it.
    for (const listener of this.#listeners) listener(this.#state);
  };

  /** Calls `listener` after every change; returns what ends that. */
  subscribe(listener: (state: ViewerState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
