import { fileRole, mainFile } from '@ablation-cam/model';
import type { UserAction } from './actions.ts';
import type { Shelf } from './shelf.ts';
import { isUnnamed } from './teachable-name.ts';
import type { ViewerState } from './state.ts';

/** What files that were dropped or picked together mean. */
export type SortedFiles =
  | { readonly actions: readonly UserAction[]; readonly problem: null }
  | { readonly actions: readonly []; readonly problem: string };

/** What is known of what is in files. */
export interface KnownContents {
  /** Texts that hold the values of a signal. */
  readonly signals: ReadonlySet<File>;
  /** What the network among them is called; null where nothing says it. */
  readonly networkName: string | null;
}

const NOTHING_KNOWN: KnownContents = { signals: new Set(), networkName: null };

/**
 * Tells a model - one file, or several in any order, with what lies beside it -, inputs and a list of class names apart by
 * their names, and texts by what is in them; the rest is checked when it is opened.
 *
 * @param id tells these files from all others
 * @param folders the folders of files that came in one
 */
export function sortFiles(
  state: ViewerState,
  files: readonly File[],
  id: string,
  folders: ReadonlyMap<File, string> = new Map(),
  { signals, networkName }: KnownContents = NOTHING_KNOWN,
): SortedFiles {
  if (files.length === 0)
    return refused('No file came along. Drop files, not text or a picture of another page.');
  const called = (...roles: readonly string[]): File[] =>
    files.filter((file) => roles.includes(signals.has(file) ? 'other' : fileRole(file.name)));
  const others = called('other');
  const [first] = others;
  if (first && files.length === 1 && ARCHIVE_NAME.test(first.name))
    return refused(`${first.name} is an archive. Unpack it and drop the folder that comes out.`);
  if (first && files.length === 1 && VIDEO_NAME.test(first.name))
    return refused(`${first.name} is a video. Open it in the tab Live, further down.`);
  const hasImages = others.some(({ name }) => IMAGE_NAME.test(name));
  // What lies in a folder beside the inputs is not meant, and numbers beside pictures are about these.
  const isInput = (file: File): boolean => INPUT_NAME.test(file.name) || (signals.has(file) && !hasImages);
  const inputs = others.length > 1 ? others.filter(isInput) : others;
  const sources = inputs.map((file, index) => ({
    kind: 'file' as const,
    id: `${id}/${index}/${file.name}`,
    name: file.name,
    file,
  }));
  const modelFiles = called('network', 'weights', 'description');
  const main = mainFile(called('network'));
  const [weights] = called('weights');
  if (weights && !main) {
    return refused(`${weights.name} holds weights alone. Give the model.json that belongs to it as well.`);
  }
  // What describes a model may name its classes; without the model that is all there is to it.
  const [labels] = [...called('class-names'), ...(main ? [] : modelFiles)];
  const [inputSource] = sources;
  if (others.length > 0 && !inputSource) {
    const names = others.map(({ name }) => name);
    return refused(
      `None of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''} is an input; give images (PNG, JPEG, WebP, TIFF), .npy arrays or signals as .csv.`,
    );
  }
  const actions: UserAction[] = [];
  if (main) {
    const name = nameOf(main, folders.get(main), networkName, state.shelf);
    const model = { kind: 'files' as const, id: `${id}/${main.name}`, name, files: modelFiles };
    // The input of the model before may fit as well, if it was the user's own.
    const kept = state.input?.kind === 'file' && state.model.kind === 'files' ? state.input : null;
    actions.push({ kind: 'choose-model', model, input: inputSource ?? kept });
  } else if (inputSource) {
    actions.push({ kind: 'choose-input', input: inputSource });
  }
  if (sources.length > 1) {
    const items = sources.map((input) => ({ input, folder: folders.get(input.file) ?? null }));
    actions.push({ kind: 'open-wall', id, items });
  }
  if (labels) actions.push({ kind: 'choose-labels', id: `${id}/${labels.name}`, file: labels });
  return { actions, problem: null };
}

/** What files of networks are called that are named for nothing. */
const PLAIN_NAME = /^(model|network)\.\w+$/i;

/**
 * The name of a network, which tells it from those on the shelf: that of its file or, where that says nothing, of its folder, or what
 * the files say themselves.
 */
function nameOf(file: File, folder: string | undefined, own: string | null, { models }: Shelf): string {
  const known = folder !== undefined && !isUnnamed(folder) ? folder : own;
  const name = known !== null && PLAIN_NAME.test(file.name) ? known : file.name;
  let [free, count] = [name, 1];
  while (models.some((model) => model.name === free)) free = `${name} (${++count})`;
  return free;
}

const IMAGE_NAME = /\.(png|jpe?g|webp|tiff?)$/i;
const ARCHIVE_NAME = /\.(zip|rar|7z|tar|t?gz)$/i;
const VIDEO_NAME = /\.(mp4|m4v|mov|webm|mkv|avi)$/i;
const INPUT_NAME = /\.(png|jpe?g|webp|tiff?|npy)$/i;

function refused(problem: string): SortedFiles {
  return { actions: [], problem };
}
