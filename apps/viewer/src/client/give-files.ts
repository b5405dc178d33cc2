import { fileRole } from '@ablation-cam/model';
import { sameFiles } from '../state/shelf.ts';
import { sortFiles, type KnownContents } from '../state/sort-files.ts';
import type { UserAction } from '../state/actions.ts';
import type { ViewerState } from '../state/state.ts';
import { givenResult } from './given-result.ts';
import type { GivenFiles } from './given-files.ts';
import { isTextName } from '../state/is-text-name.ts';
import type { Dispatch } from './store.ts';

let last = 0;

/** Tells files from all others, those of earlier visits among them; later ones come later in any order by name. */
function newId(): string {
  last = Math.max(last + 1, Date.now());
  return `own ${last}`;
}

/** Hands files of the user's to the state. */
export function giveFiles(state: ViewerState, dispatch: Dispatch, given: GivenFiles): void {
  const { files } = given;
  if (!needsLook(files)) {
    give(state, dispatch, given);
    return;
  }
  giveLookedInto(state, dispatch, given).catch((error: unknown) => {
    const names = files.map(({ name }) => name).slice(0, 3);
    dispatch({
      kind: 'report',
      message: `${names.join(', ')} could not be read: ${String(error)}; save it again.`,
    });
  });
}

/** Whether what files are is not told by their names alone. */
function needsLook(files: readonly File[]): boolean {
  return files.some(({ name }) => isTextName(name) || fileRole(name) === 'description');
}

async function giveLookedInto(state: ViewerState, dispatch: Dispatch, given: GivenFiles): Promise<void> {
  // Fetched when it is needed: most files say by their names what they are.
  const { lookInto } = await import('./look-into.ts');
  give(state, dispatch, given, await lookInto(given.files, state.description?.inputShape ?? null));
}

function give(state: ViewerState, dispatch: Dispatch, given: GivenFiles, contents?: KnownContents): void {
  const { files, folders } = given;
  const result = givenResult(given, newId());
  if (result) {
    dispatch({ kind: 'open-results', source: result });
    return;
  }
  const { actions, problem } = sortFiles(state, files, newId(), folders, contents);
  if (problem !== null) dispatch({ kind: 'report', message: problem });
  for (const action of actions) dispatch(onShelf(state, action));
  const [first, ...others] = actions;
  if (first?.kind === 'choose-labels' && others.length === 0 && state.input === null) {
    // Nothing shows yet that they came.
    const message = `${first.file.name} was taken for class names, which show with the first input.`;
    dispatch({ kind: 'notify', message });
  }
}

/** Files that are on the shelf already are those of the shelf, which knows how they were looked at. */
function onShelf({ shelf }: ViewerState, action: UserAction): UserAction {
  if (action.kind === 'choose-input') {
    const { input } = action;
    if (input.kind !== 'file') return action;
    const known = shelf.inputs.find((shelved) => sameFiles([shelved.input.file], [input.file]));
    return known ? { ...action, input: known.input } : action;
  }
  if (action.kind !== 'choose-model' || action.model.kind !== 'files') return action;
  const { files } = action.model;
  const known = shelf.models.find((model) => sameFiles(model.files, files));
  return known ? { ...action, model: known } : action;
}
