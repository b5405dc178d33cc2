import { ModelError } from '../errors.ts';
import { NumpyRandom, type Seed } from '../random/numpy-random.ts';
import { mapInOrder } from './map-in-order.ts';
import type { DataSet } from './data-set.ts';

/** How `readBatches` goes over a data set. */
export interface ReadBatchesOptions {
  /** Samples a batch; the last one may be smaller. */
  readonly batchSize: number;
  /** Shuffles the samples by this seed and the epoch; without it they come in order. */
  readonly seed?: Seed | undefined;
  /** From 0; given, an augmented data set augments. */
  readonly epoch?: number | undefined;
  /** Batches that are read ahead while one is worked on; default 1. */
  readonly prefetch?: number | undefined;
}

/** Some samples of a data set together, as `readBatches` gives them. */
export interface Batch {
  /** `[count, ...inputShape]` */
  readonly values: Float32Array;
  readonly labels: Uint16Array;
  /** Which samples these are. */
  readonly indices: Uint32Array;
  readonly count: number;
}

/**
 * One pass over a data set, in batches; besides the one in use, at most `prefetch` are in memory or on their way.
 *
 * @throws ModelError `invalid-option` for a batch size or prefetch that is no positive integer; whatever reading a sample throws
 */
export function readBatches(
  dataSet: DataSet,
  options: ReadBatchesOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, seed, epoch, prefetch = 1 } = options;
  for (const [name, value] of Object.entries({ batchSize, prefetch })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new ModelError('invalid-option', `${name} must be a positive integer, got ${value}.`);
  }
  const order = sampleOrder(dataSet.count, seed, epoch ?? 0);
  const starts = Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) => i * batchSize);
  return mapInOrder(starts, prefetch, async (start) => {
    const indices = order.slice(start, start + batchSize);
    return {
      values: await dataSet.batch(indices, epoch),
      labels: Uint16Array.from(indices, (index) => dataSet.labels[index]!),
      indices,
      count: indices.length,
    };
  });
}

function sampleOrder(count: number, seed: Seed | undefined, epoch: number): Uint32Array {
  if (seed === undefined) return Uint32Array.from({ length: count }, (_, index) => index);
  return new NumpyRandom([seed, epoch].flat()).permutation(count);
}
