import { ModelError } from '../../errors.ts';
import { imageExtensions } from '../../input/image-format.ts';
import { classLookup } from '../class-lookup.ts';
import type { SkippedSource } from '../data-set.ts';
import type { FolderTree, TreeFile } from './folder-tree.ts';

export interface ClassFiles {
  readonly classNames: readonly string[];
  /** Files whose name says that they are images, by class and then by name. */
  readonly files: readonly LabelledFile[];
  readonly skipped: readonly SkippedSource[];
}

export interface LabelledFile {
  readonly file: TreeFile;
  /** Index into the class names. */
  readonly label: number;
}

/**
 * The image files in a folder of class folders. What lies elsewhere, or is no image by its name, is skipped with a reason.
 *
 * @param title how messages call the folder
 * @param known all class names in the order of a model's outputs; default: the folders' own names, sorted
 * @throws ModelError `invalid-data` where there is no class folder, only one, or one that `known` does not name
 */
export function findClassFiles(
  tree: FolderTree,
  title: string,
  known: readonly string[] | undefined,
): ClassFiles {
  const folderNames = tree.folders.map(({ name }) => name);
  if (folderNames.length === 0) {
    throw new ModelError(
      'invalid-data',
      `${title} holds no class folders; put the images into one folder a class, such as ${title}/tumor/1.tif`,
    );
  }
  const classNames = known ?? folderNames;
  if (classNames.length < 2) {
    throw new ModelError(
      'invalid-data',
      `${title} holds one class folder (${classNames.join()}), a classifier needs two; add another, or pass all class names`,
    );
  }
  const classOf = classLookup(classNames);
  const stranger = folderNames.find((name) => classOf(name) < 0);
  if (stranger !== undefined) {
    throw new ModelError(
      'invalid-data',
      `${title}/${stranger} is none of the classes ${classNames.join(', ')}; rename the folder or pass other class names`,
    );
  }

  const files: LabelledFile[] = [];
  const skipped: SkippedSource[] = tree.files.map(({ path }) => ({
    source: path,
    reason: 'it lies in no class folder',
  }));
  for (const folder of tree.folders) {
    const label = classOf(folder.name);
    for (const inner of folder.folders) {
      skipped.push({ source: inner.path, reason: 'it is a folder inside a class folder' });
    }
    for (const file of folder.files) {
      if (hasImageName(file.name)) files.push({ file, label });
      else
        skipped.push({ source: file.path, reason: `its name does not end in ${imageExtensions.join(', ')}` });
    }
  }
  return { classNames, files: files.sort((a, b) => a.label - b.label), skipped };
}

/** At most `limit` files: the first of every class, then the second, and so on. */
export function limitClassFiles(found: ClassFiles, limit: number | undefined): ClassFiles {
  if (limit === undefined) return found;
  if (!(Number.isSafeInteger(limit) && limit > 0)) {
    throw new ModelError('invalid-option', `A limit of images is a positive integer, got ${limit}.`);
  }
  const seen = new Map<number, number>();
  const ranked = found.files.map((entry) => {
    const rank = seen.get(entry.label) ?? 0;
    seen.set(entry.label, rank + 1);
    return { entry, rank };
  });
  const chosen = new Set(
    ranked
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, limit)
      .map(({ entry }) => entry),
  );
  return { ...found, files: found.files.filter((entry) => chosen.has(entry)) };
}

function hasImageName(name: string): boolean {
  const lower = name.toLowerCase();
  return imageExtensions.some((extension) => lower.endsWith(extension));
}
