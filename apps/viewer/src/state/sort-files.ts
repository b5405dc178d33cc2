import { fileRole, mainFile } from '@ablation-cam/model';
import type { UserAction } from './actions.ts';
import type { ViewerState } from './state.ts';

/** What files that were dropped or picked together mean. */
export type SortedFiles =
  | { readonly actions: readonly UserAction[]; readonly problem: null }
  | { readonly actions: readonly []; readonly problem: string };

/**
 * Tells a model - one file, or several in any order, with what lies beside it -, an input and a list of class names apart by
 * their names; what is in them is checked when they are opened.
 *
 * @param id tells these files from all others
 */
export function sortFiles(state: ViewerState, files: readonly File[], id: string): SortedFiles {
  if (files.length === 0)
    return refused('No file came along. Drop files, not text or a picture of another page.');
  const called = (...roles: readonly string[]): File[] =>
    files.filter(({ name }) => roles.includes(fileRole(name)));
  const [input, second] = called('other');
  if (second && input) {
    return refused(
      `Which one is to be explained, ${input.name} or ${second.name}? Give one input at a time.`,
    );
  }
  const modelFiles = called('network', 'weights', 'description');
  const main = mainFile(called('network'));
  const [weights] = called('weights');
  if (weights && !main) {
    return refused(`${weights.name} holds weights alone. Give the model.json that belongs to it as well.`);
  }
  // What describes a model may name its classes; without the model that is all there is to it.
  const [labels] = [...called('class-names'), ...(main ? [] : modelFiles)];
  const inputSource = input && {
    kind: 'file' as const,
    id: `${id}/${input.name}`,
    name: input.name,
    file: input,
  };
  const actions: UserAction[] = [];
  if (main) {
    const model = { kind: 'files' as const, id: `${id}/${main.name}`, name: main.name, files: modelFiles };
    // The input of the model before may fit as well, if it was the user's own.
    const kept = state.input?.kind === 'file' && state.model.kind === 'files' ? state.input : null;
    actions.push({ kind: 'choose-model', model, input: inputSource ?? kept });
  } else if (inputSource) {
    actions.push({ kind: 'choose-input', input: inputSource });
  }
  if (labels) actions.push({ kind: 'choose-labels', id: `${id}/${labels.name}`, file: labels });
  return { actions, problem: null };
}

function refused(problem: string): SortedFiles {
  return { actions: [], problem };
}
