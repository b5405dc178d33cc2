import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  arrayDataSet,
  type Batch,
  type DataSet,
  generateMnist1d,
  limitDataSet,
  mnist1dDataSets,
  readBatches,
  splitDataSet,
  subset,
} from '../src/index.ts';
import { mapInOrder } from '../src/data/map-in-order.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('data sets');

/** Sample i of shape [2] is [i, -i]; classes by the pattern 0 0 0 1 1 2, repeated. */
function counting(count: number): DataSet {
  return arrayDataSet({
    name: 'counting',
    classNames: ['a', 'b', 'c'],
    inputShape: [2],
    values: Float64Array.from({ length: count * 2 }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2)),
    labels: Array.from({ length: count }, (_, i) => [0, 0, 0, 1, 1, 2][i % 6] ?? 0),
  });
}

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

const valuesOf = async (dataSet: DataSet): Promise<number[]> => {
  const values = await dataSet.batch(Array.from({ length: dataSet.count }, (_, i) => i));
  return Array.from(values).filter((_, i) => i % 2 === 0);
};

test('a batch holds the samples of its indices, in their order', async () => {
  const batch = await counting(6).batch([5, 0, 5]);
  assert.equal(batch, Float32Array.of(5, -5, 0, -0, 5, -5));
  assert.equal(await counting(6).batch([]), new Float32Array());
});

test('an index that is not in the set is refused', async () => {
  for (const index of [-1, 6, 1.5, NaN]) {
    await assertRefused(() => counting(6).batch([0, index]), 'invalid-option', /counting has samples 0 to 5/);
  }
  const part = subset(counting(6), [4, 5]);
  await assertRefused(() => part.batch([2]), 'invalid-option', /samples 0 to 1, got index 2/);
  await assertRefused(() => subset(counting(6), [6]), 'invalid-option', /got index 6/);
});

test('arrays that do not fit each other are refused', async () => {
  const data = {
    name: 'd',
    classNames: ['a', 'b'],
    inputShape: [2],
    values: new Float32Array(4),
    labels: [0, 1],
  };
  await assertRefused(
    () => arrayDataSet({ ...data, labels: [0] }),
    'invalid-data',
    /1 labels .* need 2 values, got 4/,
  );
  await assertRefused(
    () => arrayDataSet({ ...data, labels: [0, 2] }),
    'invalid-data',
    /sample 1 has label 2/,
  );
  await assertRefused(
    () => arrayDataSet({ ...data, labels: [0.5, 1] }),
    'invalid-data',
    /sample 0 has label 0.5/,
  );
});

test('batches without a seed come in order, the last one smaller', async () => {
  const batches = await collect(readBatches(counting(7), { batchSize: 3 }));
  assert.equal(
    batches.map(({ indices }) => Array.from(indices)),
    [[0, 1, 2], [3, 4, 5], [6]],
  );
  const [, second, last] = batches;
  assert.equal(second?.labels, Uint16Array.of(1, 1, 2));
  assert.equal([last?.count, last?.values], [1, Float32Array.of(6, -6)]);
  assert.equal(await collect(readBatches(counting(0), { batchSize: 3 })), []);
});

test('a seed shuffles, each epoch differently, the same way every time', async () => {
  const order = async (seed: number, epoch?: number): Promise<number[]> => {
    const batches = await collect(readBatches(counting(40), { batchSize: 7, seed, epoch, prefetch: 3 }));
    return batches.flatMap(({ indices }) => Array.from(indices));
  };
  const first = await order(1, 0);
  assert.equal(
    first.toSorted((a, b) => a - b),
    Array.from({ length: 40 }, (_, i) => i),
  );
  assert.equal(await order(1, 0), first);
  assert.equal(await order(1), first);
  assert.not.equal(await order(1, 1), first);
  assert.not.equal(await order(2, 0), first);
});

test('batches are read ahead, as many as asked for', async () => {
  const reads: number[] = [];
  const slow: DataSet = {
    ...counting(50),
    batch: (indices) => {
      reads.push(indices[0] ?? -1);
      return Promise.resolve(new Float32Array(indices.length * 2));
    },
  };
  for (const prefetch of [1, 3]) {
    reads.length = 0;
    const batches = readBatches(slow, { batchSize: 10, prefetch });
    assert.equal(reads, []);
    await batches.next();
    assert.is(reads.length, prefetch + 1);
    await batches.return();
    assert.is(reads.length, prefetch + 1);
  }
});

test('a batch that cannot be read fails in its turn, and later ones are not left unhandled', async () => {
  const failing: DataSet = {
    ...counting(6),
    batch: (indices) =>
      indices[0] === 0 ? Promise.resolve(new Float32Array(2)) : Promise.reject(new Error('torn')),
  };
  const batches = readBatches(failing, { batchSize: 1, prefetch: 4 });
  assert.is((await batches.next()).value?.count, 1);
  try {
    await batches.next();
    assert.unreachable('the second batch fails');
  } catch (error) {
    assert.is(error instanceof Error && error.message, 'torn');
  }
  assert.equal(await batches.next(), { value: undefined, done: true });
});

test('no more calls than allowed are under way, and results keep the order of the items', async () => {
  let running = 0;
  let most = 0;
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5));
    running--;
    return item * item;
  };
  const items = Array.from({ length: 20 }, (_, i) => i);
  const results: number[] = [];
  for await (const result of mapInOrder(items, 4, work)) results.push(result);
  assert.equal(
    results,
    items.map((item) => item * item),
  );
  assert.is(most, 4);
});

test('sizes of batches that are no counts are refused', async () => {
  for (const size of [0, -1, 1.5, NaN]) {
    await assertRefused(
      () => readBatches(counting(3), { batchSize: size }),
      'invalid-option',
      /batchSize must be/,
    );
    const options = { batchSize: 1, prefetch: size };
    await assertRefused(() => readBatches(counting(3), options), 'invalid-option', /prefetch must be/);
  }
});

test('a split takes its share of every class, and the parts make the whole', async () => {
  const whole = counting(120);
  const { rest, held } = splitDataSet(whole, 0.2, 3);
  assert.equal([rest.count, held.count], [96, 24]);
  const shares = (part: DataSet): number[] =>
    [0, 1, 2].map((label) => part.labels.filter((l) => l === label).length);
  assert.equal(shares(held), [12, 8, 4]);
  assert.equal(shares(rest), [48, 32, 16]);
  const [first, second] = [await valuesOf(rest), await valuesOf(held)];
  assert.equal(
    [...first, ...second].toSorted((a, b) => a - b),
    Array.from({ length: 120 }, (_, i) => i),
  );
  assert.equal(await valuesOf(splitDataSet(whole, 0.2, 3).held), second);
  assert.not.equal(await valuesOf(splitDataSet(whole, 0.2, 4).held), second);
});

test('a split leaves a sample of every class on both sides where it can', () => {
  const { rest, held } = splitDataSet(counting(12), 0.01, 0);
  assert.equal(Array.from(held.labels).toSorted(), [0, 1, 2]);
  const { rest: few } = splitDataSet(counting(12), 0.99, 0);
  assert.equal(Array.from(few.labels).toSorted(), [0, 1, 2]);
  // The only sample of class 2 stays with the rest.
  assert.not(Array.from(splitDataSet(counting(6), 0.5, 0).held.labels).includes(2));
  assert.is(rest.count, 9);
});

test('a split that cannot be made is refused', async () => {
  for (const fraction of [0, 1, -0.1, NaN]) {
    await assertRefused(() => splitDataSet(counting(12), fraction, 0), 'invalid-option', /between 0 and 1/);
  }
  await assertRefused(() => splitDataSet(counting(1), 0.5, 0), 'invalid-data', /cannot be split/);
});

test('a limit takes the first samples of every class evenly', async () => {
  assert.equal(await valuesOf(limitDataSet(counting(18), 3)), [0, 3, 5]);
  assert.equal(await valuesOf(limitDataSet(counting(18), 7)), [0, 1, 2, 3, 4, 5, 11]);
  assert.is(limitDataSet(counting(18), 100).count, 18);
  await assertRefused(() => limitDataSet(counting(3), 0), 'invalid-option', /positive integer, got 0/);
});

test('a part of a part reads the right samples', async () => {
  const part = subset(subset(counting(10), [9, 8, 7, 6]), [3, 0]);
  assert.equal(await valuesOf(part), [6, 9]);
  assert.equal(Array.from(part.labels), [0, 1]);
});

test('MNIST-1D is a data set of signals with one channel', async () => {
  const { train, test: held } = mnist1dDataSets();
  const { signals } = generateMnist1d().test;
  assert.equal([train.count, held.count, train.inputShape], [4000, 1000, [40, 1]]);
  assert.equal(await held.batch([3]), Float32Array.from(signals.subarray(120, 160)));
  assert.equal(mnist1dDataSets({ samples: 20, sequenceLength: 7 }).train.inputShape, [7, 1]);
});

test.run();
