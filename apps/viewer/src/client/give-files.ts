import { sortFiles } from '../state/sort-files.ts';
import type { ViewerState } from '../state/state.ts';
import type { Dispatch } from './store.ts';

let batches = 0;

/** Hands files of the user's to the state. */
export function giveFiles(state: ViewerState, dispatch: Dispatch, files: readonly File[]): void {
  const { actions, problem } = sortFiles(state, files, `own ${++batches}`);
  if (problem !== null) dispatch({ kind: 'report', message: problem });
  for (const action of actions) dispatch(action);
}
