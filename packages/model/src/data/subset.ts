import { ModelError } from '../errors.ts';
import { NumpyRandom, type Seed } from '../random/numpy-random.ts';
import { checkIndices, type DataSet } from './data-set.ts';

/**
 * The samples of these indices, in this order, as a data set. Augmentation stays that of the whole set's indices.
 *
 * @throws ModelError `invalid-option` for an index that is not in the set
 */
export function subset(dataSet: DataSet, indices: ArrayLike<number>): DataSet {
  checkIndices(indices, dataSet);
  const chosen = Uint32Array.from(indices);
  const own = { name: dataSet.name, count: chosen.length };
  const toWhole = (part: ArrayLike<number>): Uint32Array => {
    checkIndices(part, own);
    return Uint32Array.from(part, (index) => chosen[index]!);
  };
  return {
    ...dataSet,
    ...own,
    labels: Uint16Array.from(chosen, (index) => dataSet.labels[index]!),
    source: (index) => dataSet.source(chosen[index] ?? -1),
    batch: async (part, epoch) => dataSet.batch(toWhole(part), epoch),
  };
}

/**
 * The data set in two parts with (nearly) the same share of every class: `held` has `fraction` of each class, rounded, but
 * at least one sample of a class that has two, and `rest` has the others. Both keep the order of the whole.
 *
 * @param fraction in (0, 1)
 * @param seed the same seed gives the same parts
 * @throws ModelError `invalid-option` for a fraction outside (0, 1), `invalid-data` where a part would be empty
 */
export function splitDataSet(
  dataSet: DataSet,
  fraction: number,
  seed: Seed,
): { rest: DataSet; held: DataSet } {
  if (!(fraction > 0 && fraction < 1)) {
    throw new ModelError('invalid-option', `A fraction to split by lies between 0 and 1, got ${fraction}.`);
  }
  const random = new NumpyRandom(seed);
  const isHeld = new Uint8Array(dataSet.count);
  for (const members of indicesByClass(dataSet)) {
    const most = Math.max(0, members.length - 1);
    const heldCount = Math.min(most, Math.max(1, Math.round(members.length * fraction)));
    for (const position of random.permutation(members.length).subarray(0, heldCount)) {
      isHeld[members[position]!] = 1;
    }
  }
  const indices = Array.from(isHeld.keys());
  const held = indices.filter((index) => isHeld[index] === 1);
  const rest = indices.filter((index) => isHeld[index] === 0);
  if (held.length === 0 || rest.length === 0) {
    throw new ModelError(
      'invalid-data',
      `${dataSet.name}: ${dataSet.count} samples cannot be split in two; give at least two samples of a class`,
    );
  }
  return { rest: subset(dataSet, rest), held: subset(dataSet, held) };
}

/** At most `limit` samples, as evenly from all classes as they have them: the first of each class, in the order of the whole. */
export function limitDataSet(dataSet: DataSet, limit: number): DataSet {
  if (!(Number.isInteger(limit) && limit > 0)) {
    throw new ModelError('invalid-option', `A limit of samples is a positive integer, got ${limit}.`);
  }
  const rank = new Uint32Array(dataSet.count);
  for (const members of indicesByClass(dataSet)) {
    members.forEach((index, position) => {
      rank[index] = position;
    });
  }
  const byRank = Array.from(rank.keys()).sort((a, b) => rank[a]! - rank[b]!);
  return subset(
    dataSet,
    byRank.slice(0, limit).sort((a, b) => a - b),
  );
}

function indicesByClass(dataSet: DataSet): number[][] {
  const members: number[][] = dataSet.classNames.map(() => []);
  dataSet.labels.forEach((label, index) => members[label]?.push(index));
  return members;
}
