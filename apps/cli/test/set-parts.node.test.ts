import { setTimeout as sleep } from 'node:timers/promises';
import { halfToNumber } from '@ablation-cam/model';
import { decodeChunk } from '@ablation-cam/model/internals';
import { assertRefused, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CliError } from '../src/errors.ts';
import { encodeChunk, halfBits } from '../src/explain-set/result/encode-chunk.ts';
import { thisMachine, usualBatch, usualWorkers } from '../src/explain-set/run/machine.ts';
import { rateText, SetProgress } from '../src/explain-set/run/set-progress.ts';
import { ownShards, shardChoice } from '../src/explain-set/run/shard-choice.ts';
import { borderExcess, mapKey, normalizedMap, shareInside } from '../src/summarize/map-measures.ts';
import { TopList } from '../src/summarize/top-list.ts';

const test = suite('parts of explain-set and summarize');

test('parts are those that an engine says', async () => {
  assert.equal(shardChoice('3/8', {}), { index: 3, of: 8 });
  assert.is(shardChoice(undefined, {}), null);
  assert.equal(shardChoice(undefined, { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '5' }), {
    index: 2,
    of: 5,
  });
  const slurm = { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '1' };
  assert.equal(shardChoice(undefined, slurm), { index: 3, of: 4 });
  for (const wrong of ['8/8', '1', '-1/2', '1/0', 'a/b']) {
    await assertRefused(() => shardChoice(wrong, {}), CliError, /expected i\/n/);
  }
  await assertRefused(
    () => shardChoice(undefined, { JOB_COMPLETION_INDEX: '2' }),
    CliError,
    /JOB_COMPLETIONS/,
  );
  const all = Array.from({ length: 10 }, (_, i) => i);
  const parts = [0, 1, 2].flatMap((index) => ownShards(all, { index, of: 3 }));
  assert.equal(
    parts.sort((a, b) => a - b),
    all,
  );
});

test('processes and batches follow cores, memory and GPUs', () => {
  const [GB, MB] = [2 ** 30, 2 ** 20];
  const machine = { cores: 16, memory: 64 * GB, own: 300 * MB };
  assert.is(usualWorkers(machine, 'onnxruntime'), 16);
  assert.is(usualWorkers(machine, 'webgpu'), 1);
  // Half a gigabyte a process at least, and as much as this one takes.
  assert.is(usualWorkers({ ...machine, memory: 3 * GB }, 'wasm'), 6);
  assert.is(usualWorkers({ ...machine, memory: 3 * GB, own: GB }, 'wasm'), 3);
  assert.is(usualWorkers({ ...machine, memory: 0 }, 'wasm'), 1);

  const picture = 224 * 224 * 3;
  // 16 MB of values, and 256 samples: more is of no use.
  assert.is(usualBatch(picture, 9000, 4 * GB), 16);
  assert.is(usualBatch(40, 1000, 4 * GB), 256);
  // An eighth of the memory, of which a picture takes 2.4 MB with all its copies.
  assert.is(usualBatch(picture, 9000, 400 * MB), 16);
  assert.is(usualBatch(picture, 9000, 200 * MB), 8);
  assert.is(usualBatch(picture, MB, 100 * MB), 1);
  assert.is(usualBatch(picture, 9000, 0), 1);
  const here = thisMachine();
  assert.ok(here.cores >= 1 && here.own > 10 * MB && here.memory > 0 && here.memory < 2 ** 50);
});

test('a chunk is read as it was written, filled up to its size', async () => {
  const spec = { path: 'a', type: 'int32', shape: [2], dimensions: ['x'] } as const;
  assert.equal(
    await decodeChunk(spec, encodeChunk(spec, Int32Array.of(1, -2), 2), 2),
    Int32Array.of(1, -2, -1, -1),
  );
  const texts = { path: 'b', type: 'string', shape: [], dimensions: [] } as const;
  assert.equal(await decodeChunk(texts, encodeChunk(texts, ['ä', ''], 3), 3), ['ä', '', '']);
  const halves = { path: 'c', type: 'float16', shape: [], dimensions: [] } as const;
  const rows = await decodeChunk(halves, encodeChunk(halves, Float32Array.of(0.5, -65504), 2), 2);
  assert.equal(rows, Float32Array.of(0.5, -65504));
});

test('the rate of samples that are all done at once is that of the whole time', async () => {
  const progress = new SetProgress(3, 0, true);
  await sleep(30);
  progress.samplesDone(3, 0);
  // A timer may come a millisecond early.
  assert.ok(progress.rate > 0 && progress.rate <= 3000 / 29);
  assert.equal([0.123_45, 12.345, 999.4, 2345.6].map(rateText), ['0.123', '12.3', '999', '2346']);
});

test('half-precision numbers are the nearest ones', () => {
  const random = seededRandom(5);
  const values = Array.from({ length: 2000 }, () => random.uniform(-1, 1) * 2 ** random.uniform(-26, 15));
  for (const value of [
    ...values,
    0,
    65504,
    65519,
    65520,
    1e9,
    2 ** -24,
    2 ** -25,
    2 ** -14,
    NaN,
    -Infinity,
  ]) {
    const found = halfToNumber(halfBits(value));
    if (Number.isNaN(value)) assert.ok(Number.isNaN(found));
    else if (Math.abs(value) >= 65520) assert.is(found, Math.sign(value) * Infinity);
    else {
      const ulp = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value) || 1))) - 10);
      assert.ok(Math.abs(found - Math.fround(value)) <= ulp / 2, `${value} became ${found}`);
    }
  }
});

test('a map is told by what lies at its border, in a region, and by itself', () => {
  const even = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1);
  assert.ok(Math.abs(borderExcess(even, [3, 3]) - 1) < 1e-12);
  assert.is(borderExcess(Float64Array.of(0, 0, 0, 0, 5, 0, 0, 0, 0), [3, 3]), 0);
  assert.ok(Math.abs(borderExcess(Float64Array.of(1, 0, 0, 0), [4]) - 2) < 1e-12);
  assert.is(borderExcess(new Float64Array(9), [3, 3]), 0);
  // The right half of the picture; the map's lower right cell is a quarter of its sum.
  const mask = { data: [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1], size: [4, 4] as const };
  assert.is(shareInside([2, 1, 4, 1], [2, 2], mask.data, mask.size), 0.25);
  assert.equal(Array.from(normalizedMap([-1, 2, 4])), [0, 0.5, 1]);
  assert.is(mapKey(new Float64Array(3)), null);
  assert.is(mapKey(Float64Array.of(0.5, 1)), mapKey(Float64Array.of(0.501, 1)));
  assert.is.not(mapKey(Float64Array.of(0.5, 1)), mapKey(Float64Array.of(0.6, 1)));
  const top = new TopList<string>(2);
  for (const [value, item] of [
    [1, 'a'],
    [3, 'b'],
    [NaN, 'c'],
    [3, 'd'],
    [2, 'e'],
  ] as const)
    top.add(value, item);
  assert.equal(
    top.items.map(({ item }) => item),
    ['b', 'd'],
  );
});

test.run();
