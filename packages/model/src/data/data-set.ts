import { ModelError } from '../errors.ts';

/**
 * Labelled samples, read by index. Values are plain arrays: whoever wants tensors makes and disposes of them.
 *
 * Two classes serve a softmax of two units and a sigmoid of one alike: label 1 is what the sigmoid gives the probability of.
 */
export interface DataSet {
  readonly name: string;
  readonly classNames: readonly string[];
  /** Shape of one sample, without the batch, channels last. */
  readonly inputShape: readonly number[];
  readonly count: number;
  /** The class of each sample, an index into `classNames`, `[count]`. */
  readonly labels: Uint16Array;
  /** What was found with the data and left out; it is in no count. */
  readonly skipped: readonly SkippedSource[];
  /** Where a sample comes from, such as its file; `null` where samples have no names. */
  source(index: number): string | null;
  /**
   * The samples of these indices, `[indices.length, ...inputShape]`. With an `epoch` (from 0), as training shall see them:
   * an augmented data set changes them by its seed, the epoch and the index; every other one ignores the epoch.
   *
   * @throws ModelError `invalid-option` for an index that is not in the set; whatever reading a sample throws
   */
  batch(indices: ArrayLike<number>, epoch?: number): Promise<Float32Array>;
}

/** Something that looked like a sample and is none. */
export interface SkippedSource {
  /** The file, relative to the data set's folder. */
  readonly source: string;
  /** One sentence. */
  readonly reason: string;
}

/** Data to train on, and data that are looked at once, in the end. */
export interface TrainAndTest {
  readonly train: DataSet;
  readonly test: DataSet;
}

/** Values of a sample. */
export function sampleLength(dataSet: Pick<DataSet, 'inputShape'>): number {
  return dataSet.inputShape.reduce((product, size) => product * size, 1);
}

/** @throws ModelError `invalid-option` for an index that is not in the set */
export function checkIndices(indices: ArrayLike<number>, dataSet: Pick<DataSet, 'name' | 'count'>): void {
  for (const index of Array.from(indices)) {
    if (Number.isInteger(index) && index >= 0 && index < dataSet.count) continue;
    throw new ModelError(
      'invalid-option',
      `${dataSet.name} has samples 0 to ${dataSet.count - 1}, got index ${index}; pass one of those`,
    );
  }
}
