import { ModelError } from '../errors.ts';
import { checkIndices, type DataSet, sampleLength } from './data-set.ts';

/** Labelled samples that lie in memory, for `arrayDataSet`. */
export interface ArrayData {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly inputShape: readonly number[];
  /** `[count, ...inputShape]`, row-major; kept, not copied. Rounded to single precision when read. */
  readonly values: Float32Array | Float64Array;
  /** `[count]` */
  readonly labels: ArrayLike<number>;
}

/**
 * A data set in memory.
 *
 * @throws ModelError `invalid-data` where values, labels and class names do not fit each other
 */
export function arrayDataSet(data: ArrayData): DataSet {
  const { name, classNames, inputShape, values } = data;
  const length = sampleLength(data);
  const labels = Uint16Array.from(data.labels);
  const count = labels.length;
  if (values.length !== count * length) {
    throw new ModelError(
      'invalid-data',
      `${name}: ${count} labels and samples of shape [${inputShape.join(', ')}] need ${count * length} values, ` +
        `got ${values.length}; pass one label a sample`,
    );
  }
  for (const [sample, label] of Array.from(data.labels).entries()) {
    if (classNames[label] !== undefined) continue;
    throw new ModelError(
      'invalid-data',
      `${name}: sample ${sample} has label ${label}, the ${classNames.length} class names allow ` +
        `0 to ${classNames.length - 1}; name every class`,
    );
  }
  const read = (indices: ArrayLike<number>): Float32Array => {
    checkIndices(indices, { name, count });
    const batch = new Float32Array(indices.length * length);
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i]! * length;
      batch.set(values.subarray(start, start + length), i * length);
    }
    return batch;
  };
  return {
    name,
    classNames,
    inputShape,
    count,
    labels,
    skipped: [],
    source: () => null,
    batch: (indices) => Promise.resolve().then(() => read(indices)),
  };
}
