import type { UserAction } from './actions.ts';
import type { ViewerState } from './state.ts';

/** What files that were dropped or picked together mean. */
export type SortedFiles =
  | { readonly actions: readonly UserAction[]; readonly problem: null }
  | { readonly actions: readonly []; readonly problem: string };

/** Shards of TensorFlow.js's models may have no ending. */
const WEIGHTS = /\.(bin|data)$|(^|[/\\])group\d+-shard\d+of\d+$/i;
const MODEL = /\.(h5|hdf5|keras|json|onnx|pb|tflite|pt|pth|safetensors)$/i;
const LABELS = /\.(txt|names|labels|csv)$/i;

/**
 * Tells a model (an .h5 or .onnx file, or model.json and its shards), an input and a list of class names apart by their names; what is in them is
 * checked when they are opened.
 *
 * @param id tells these files from all others
 */
export function sortFiles(state: ViewerState, files: readonly File[], id: string): SortedFiles {
  const modelFiles = files.filter(({ name }) => MODEL.test(name) || WEIGHTS.test(name));
  const labels = files.find(({ name }) => LABELS.test(name));
  const inputs = files.filter((file) => !modelFiles.includes(file) && !LABELS.test(file.name));
  const [input, second] = inputs;
  if (files.length === 0)
    return refused('No file came along. Drop files, not text or a picture of another page.');
  if (second && input) {
    return refused(
      `Which one is to be explained, ${input.name} or ${second.name}? Give one input at a time.`,
    );
  }
  const main = modelFiles.find(({ name }) => !WEIGHTS.test(name));
  if (modelFiles.length > 0 && !main) {
    return refused(
      `${modelFiles[0]?.name ?? ''} holds weights alone. Give the model.json that belongs to it as well.`,
    );
  }
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
