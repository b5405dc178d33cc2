import { ModelError } from '../../errors.ts';
import { formatShape } from '../../input/input-shape.ts';
import { takesImages } from '../../input/image-input.ts';
import { checkNormalization, type Normalization } from '../../input/normalization.ts';
import type { Seed } from '../../random/numpy-random.ts';
import type { DataSet, TrainAndTest } from '../data-set.ts';
import { splitDataSet } from '../subset.ts';
import { type ClassFiles, findClassFiles, limitClassFiles } from './class-files.ts';
import { type FolderSource, type FolderTree, readFolderTree } from './folder-tree.ts';
import { type CheckProgress, imageFileDataSet, skipBrokenImages } from './image-file-data-set.ts';

/** How images of a folder become inputs of a model. */
export interface ImageFolderOptions {
  /** What the model takes: images are resized to it as PIL's bilinear does, 1 channel makes them grey. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** How 8-bit values are scaled; default `'0..1'`. */
  readonly normalize?: Normalization | undefined;
  /**
   * All class names in the order of a model's outputs, for a folder that holds only some of the classes; default: the names
   * of the class folders, sorted.
   */
  readonly classNames?: readonly string[] | undefined;
  /** At most this many images, as evenly from the classes as they have them; default: all. */
  readonly limit?: number | undefined;
  /** Images that are read and decoded at the same time; default 4, the threads Node has for it. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each image is checked. */
  readonly onProgress?: ((progress: CheckProgress) => void) | undefined;
}

/** How a folder is divided into training and test data where it is not divided already. */
export interface ImageSplitOptions extends ImageFolderOptions {
  /** The share of each class that becomes test data where the folder is not split already, in (0, 1); default 0.2. */
  readonly testFraction?: number | undefined;
  /** Seeds that split; default 0. */
  readonly seed?: Seed | undefined;
}

/** A folder as training and test data. */
export interface ImageSplit extends TrainAndTest {
  /** Whether the folder had the subfolders `train` and `test`, or was split by fraction. */
  readonly splitBy: 'folders' | 'fraction';
}

/**
 * A folder of class folders of images (PNG, JPEG, TIFF, WebP) as a data set. Images are decoded off this thread where the
 * platform can, and read again for every batch; nothing but their paths stays in memory.
 *
 * Each image is decoded once before this returns. What cannot be decoded is left out of all counts and named in `skipped`,
 * as is every other file that is no sample. Hidden files are ignored.
 *
 * @throws ModelError `not-found` for an unreadable folder, `invalid-data` where it gives no classification (no class folders
 *   or only one, a class without a readable image, unknown classes, `train` and `test` folders), `invalid-option`; the signal's reason
 */
export async function openImageFolder(source: FolderSource, options: ImageFolderOptions): Promise<DataSet> {
  const tree = await readFolderTree(source);
  if (splitFolders(tree) !== undefined) {
    throw new ModelError(
      'invalid-data',
      `${tree.name} holds the folders train and test; open one of them, or both with openImageSplit`,
    );
  }
  return openTree(tree, tree.name, options);
}

/**
 * Training and test data from one folder: its subfolders `train` and `test` where it has them (both with the same classes),
 * otherwise the class folders in it, split by fraction with a seed, each class by itself.
 *
 * @throws ModelError as `openImageFolder`
 */
export async function openImageSplit(source: FolderSource, options: ImageSplitOptions): Promise<ImageSplit> {
  const tree = await readFolderTree(source);
  const folders = splitFolders(tree);
  if (folders === undefined) {
    const whole = await openTree(tree, tree.name, options);
    const { rest, held } = splitDataSet(whole, options.testFraction ?? 0.2, options.seed ?? 0);
    return { train: rest, test: held, splitBy: 'fraction' };
  }
  const train = await openTree(folders.train, `${tree.name}/train`, options);
  const test = await openTree(folders.test, `${tree.name}/test`, {
    ...options,
    classNames: train.classNames,
  });
  const beside = [...tree.folders, ...tree.files].filter(
    (entry) => entry !== folders.train && entry !== folders.test,
  );
  const skipped = beside.map(({ path }) => ({ source: path, reason: 'it lies beside train and test' }));
  return { train: { ...train, skipped: [...skipped, ...train.skipped] }, test, splitBy: 'folders' };
}

async function openTree(tree: FolderTree, title: string, options: ImageFolderOptions): Promise<DataSet> {
  const { inputShape, normalize, classNames, limit, concurrency = 4, signal, onProgress } = options;
  if (!(takesImages(inputShape) && inputShape.every((size) => Number.isSafeInteger(size) && size > 0))) {
    const came = formatShape(inputShape);
    throw new ModelError('invalid-option', `Images need an inputShape [height, width, 1 or 3], got ${came}.`);
  }
  if (!(Number.isSafeInteger(concurrency) && concurrency > 0)) {
    throw new ModelError('invalid-option', `concurrency must be a positive integer, got ${concurrency}.`);
  }
  checkNormalization(normalize, inputShape[2]);

  const found = findClassFiles(tree, title, classNames);
  const chosen = limitClassFiles(found, limit);
  const readable = await skipBrokenImages(chosen, { concurrency, signal, onProgress });
  const needsEveryClass = classNames === undefined && (limit ?? Infinity) >= found.classNames.length;
  requireImages(readable, title, needsEveryClass);
  return imageFileDataSet(title, readable, { inputShape, normalize, concurrency });
}

function requireImages(
  { files, skipped, classNames }: ClassFiles,
  title: string,
  needsEveryClass: boolean,
): void {
  const [first] = skipped;
  const left =
    first === undefined ? '' : ` (${skipped.length} skipped, such as ${first.source}: ${first.reason})`;
  if (files.length === 0) {
    throw new ModelError(
      'invalid-data',
      `${title} holds no readable image${left}; add images to its class folders`,
    );
  }
  const present = new Set(files.map(({ label }) => label));
  const missing = classNames.find((_, label) => !present.has(label));
  if (needsEveryClass && missing !== undefined) {
    throw new ModelError(
      'invalid-data',
      `${title}/${missing} holds no readable image${left}; add some, remove the folder, or pass all class names`,
    );
  }
}

function splitFolders(tree: FolderTree): { train: FolderTree; test: FolderTree } | undefined {
  const named = (name: string): FolderTree | undefined =>
    tree.folders.find((folder) => folder.name.toLowerCase() === name);
  const train = named('train');
  const test = named('test');
  return train && test ? { train, test } : undefined;
}
