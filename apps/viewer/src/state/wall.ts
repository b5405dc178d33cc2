import type { WallAnswer } from '../protocol/descriptions.ts';
import type { OwnInput } from './shelf.ts';

/** More at once are not taken: that is what the data sets of the commands are for. */
export const MOST_ON_WALL = 200;

export interface WallItem {
  readonly input: OwnInput;
  /** The folder that its file lay in, which may say its class. */
  readonly folder: string | null;
}

/** Many inputs at once, each explained by the network that is looked at. */
export interface Wall {
  readonly id: string;
  readonly items: readonly WallItem[];
  /** What the answers are about: another network or layer makes them anew. */
  readonly key: string;
  readonly answers: ReadonlyMap<string, WallAnswer>;
  readonly isCancelled: boolean;
  /** When the first of them was asked for, in milliseconds of `performance.now`. */
  readonly since: number | null;
  /** The predicted class that is shown alone. */
  readonly only: number | null;
}

export type WallAction =
  | { readonly kind: 'open-wall'; readonly id: string; readonly items: readonly WallItem[] }
  | { readonly kind: 'filter-wall'; readonly only: number | null }
  | { readonly kind: 'resume-wall' }
  | { readonly kind: 'close-wall' };

/** An item with what the network said of it. */
export interface WallTile {
  readonly item: WallItem;
  /** Null while it is on its way. */
  readonly answer: WallAnswer | null;
  /** The true class, where the folder says it. */
  readonly label: number | null;
}

/** Whether the network said something else than the folder. */
export function isError({ answer, label }: WallTile): boolean {
  return answer?.kind === 'explained' && label !== null && answer.predicted !== label;
}

/** Returns what is shown, errors first, the surest of them in front. */
export function tilesOf(wall: Wall, labels: ReadonlyMap<string, number>): readonly WallTile[] {
  const tiles = wall.items.map((item): WallTile => ({
    item,
    answer: wall.answers.get(item.input.id) ?? null,
    label: item.folder === null ? null : (labels.get(item.folder) ?? null),
  }));
  const sure = ({ answer }: WallTile): number =>
    answer?.kind === 'explained' ? (answer.confidence ?? 0) : 0;
  const errors = tiles.filter(isError).sort((a, b) => sure(b) - sure(a));
  const all = [...errors, ...tiles.filter((tile) => !isError(tile))];
  if (wall.only === null) return all;
  return all.filter(({ answer }) => answer?.kind === 'explained' && answer.predicted === wall.only);
}

/** How folders are taken for classes. */
export interface FolderLabels {
  /** The class of each folder that has one. */
  readonly classes: ReadonlyMap<string, number>;
  readonly by: 'name' | 'order' | null;
}

/**
 * Tells the classes of folders: by their names where these are the names of classes, else in alphabetical order where there are as
 * many folders as classes, as Keras takes them; otherwise none is known.
 */
export function folderLabels(
  items: readonly WallItem[],
  classNames: readonly string[] | null,
  classes: number,
): FolderLabels {
  const folders = [...new Set(items.flatMap(({ folder }) => folder ?? []))].sort();
  const names = (classNames ?? []).map(plain);
  const named = new Map(
    folders.flatMap((folder) => {
      const index = names.indexOf(plain(folder));
      return index < 0 ? [] : [[folder, index] as const];
    }),
  );
  if (named.size > 0) return { classes: named, by: 'name' };
  if (folders.length > 1 && folders.length === classes)
    return { classes: new Map(folders.map((folder, index) => [folder, index])), by: 'order' };
  return { classes: new Map(), by: null };
}

/** A name without what folders add to it: a number in front, other separators, capitals. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/^\d+ (?=\D)/, '')
    .trim();
}
