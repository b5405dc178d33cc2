import type { DataSet } from '@ablation-cam/model';

/** A data set, the samples of it that are compared, and where the evidence is, if that is known. */
export interface CompareData {
  readonly dataSet: DataSet;
  readonly samples: readonly number[];
  /** `[height, width]`, 1 inside; null where it is not known. */
  readonly mask: ((sample: number) => ArrayLike<number>) | null;
}

/** Chooses at most `limit` samples, as evenly from all classes as they have them, in the order of the data. */
export function chooseSamples(dataSet: DataSet, limit: number | undefined): CompareData {
  const seen = new Map<number, number>();
  const ranked = Array.from(dataSet.labels, (label, sample) => {
    const rank = seen.get(label) ?? 0;
    seen.set(label, rank + 1);
    return { sample, rank };
  });
  const samples = ranked
    .sort((a, b) => a.rank - b.rank || a.sample - b.sample)
    .slice(0, limit)
    .map(({ sample }) => sample)
    .sort((a, b) => a - b);
  return { dataSet, samples, mask: maskOf(dataSet) };
}

function maskOf(dataSet: DataSet): CompareData['mask'] {
  if (!('mask' in dataSet) || typeof dataSet.mask !== 'function') return null;
  const { mask } = dataSet as DataSet & { mask: (index: number) => ArrayLike<number> };
  return (sample) => mask(sample);
}
