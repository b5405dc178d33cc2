import { decodeImage } from '#platform';
import { ModelError } from '../../errors.ts';
import type { ByteImage } from '../../input/byte-image.ts';
import { imageInput } from '../../input/image-input.ts';
import type { Normalization } from '../../input/normalization.ts';
import { checkIndices, type DataSet, sampleLength, type SkippedSource } from '../data-set.ts';
import { mapInOrder } from '../map-in-order.ts';
import type { ClassFiles, LabelledFile } from './class-files.ts';
import type { TreeFile } from './folder-tree.ts';

export interface ImageFileOptions {
  readonly inputShape: readonly [height: number, width: number, channels: number];
  readonly normalize: Normalization | undefined;
  /** Images that are read and decoded at the same time. */
  readonly concurrency: number;
}

/** Image files as a data set: a batch is read, decoded, resized and scaled when it is asked for. */
export function imageFileDataSet(name: string, found: ClassFiles, options: ImageFileOptions): DataSet {
  const { inputShape, normalize, concurrency } = options;
  const { files, classNames, skipped } = found;
  const own = { name, inputShape, count: files.length };
  const length = sampleLength(own);
  const read = async (index: number): Promise<Float32Array> => {
    const { file } = fileAt(files, index);
    return imageInput(await decodeFile(file), inputShape, normalize, file.path).data;
  };
  return {
    ...own,
    classNames,
    labels: Uint16Array.from(files, ({ label }) => label),
    skipped,
    source: (index) => files[index]?.file.path ?? null,
    batch: async (indices) => {
      checkIndices(indices, own);
      const batch = new Float32Array(indices.length * length);
      let position = 0;
      for await (const values of mapInOrder(Array.from(indices), concurrency, read)) {
        batch.set(values, length * position++);
      }
      return batch;
    },
  };
}

export interface CheckOptions {
  readonly concurrency: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: CheckProgress) => void) | undefined;
}

/** How many files of a folder have been decoded so far, of how many, and how many of them were left out. */
export interface CheckProgress {
  readonly checked: number;
  readonly total: number;
  readonly skipped: number;
}

/**
 * The files without those that cannot be decoded, which are skipped with the decoder's reason. Every file is decoded once:
 * only then the count, and with it the split, the batches and the time left, is known before a training begins.
 *
 * @throws the signal's reason
 */
export async function skipBrokenImages(found: ClassFiles, options: CheckOptions): Promise<ClassFiles> {
  const { concurrency, signal, onProgress } = options;
  const files: LabelledFile[] = [];
  const skipped: SkippedSource[] = [...found.skipped];
  let checked = 0;
  const check = async (entry: LabelledFile): Promise<LabelledFile | SkippedSource> => {
    try {
      await decodeFile(entry.file, signal);
      return entry;
    } catch (error) {
      if (error instanceof ModelError) return { source: entry.file.path, reason: error.message };
      throw error;
    }
  };
  for await (const result of mapInOrder(found.files, concurrency, check)) {
    signal?.throwIfAborted();
    if ('file' in result) files.push(result);
    else skipped.push(result);
    onProgress?.({ checked: ++checked, total: found.files.length, skipped: skipped.length });
  }
  return { ...found, files, skipped };
}

async function decodeFile(file: TreeFile, signal?: AbortSignal): Promise<ByteImage> {
  return decodeImage(await file.read(), file.path, { signal });
}

function fileAt(files: readonly LabelledFile[], index: number): LabelledFile {
  const entry = files[index];
  if (entry === undefined) throw new ModelError('invalid-option', `There is no image ${index}.`);
  return entry;
}
