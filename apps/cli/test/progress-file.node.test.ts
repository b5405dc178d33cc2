import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SampleRecord } from '../src/compare/metrics.ts';
import { openProgressFile } from '../src/compare/progress-file.ts';

const test = suite('the progress file of a comparison');
const settings = { methods: ['ablation-cam', 'random'], samples: [0, 7] };
let path = '';

test.before.each(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'progress-')), 'samples.jsonl');
});
test.after.each(() => rm(join(path, '..'), { recursive: true }));

function record(sample: number, method = 'random'): SampleRecord {
  return {
    ...{ sample, method, source: null, label: 1, classIndex: 2, score: 0.5, seconds: 0.1, empty: false },
    values: { drop: 0.25 },
  };
}

test('what was appended is read back, and a file of another comparison is begun anew', async () => {
  const file = await openProgressFile(path, settings, false);
  await file.append([record(0), record(7)]);
  const again = await openProgressFile(path, settings, false);
  assert.equal([again.records, again.passedOver], [[record(0), record(7)], 0]);
  const other = await openProgressFile(path, { ...settings, samples: [0] }, false);
  assert.equal([other.records, other.passedOver], [[], 0]);
});

test('lines that are cut off, changed or of something else count as not there, and are gone', async () => {
  const good = JSON.stringify(record(0));
  const bad = [
    good.slice(0, 30),
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...record(7), values: null }),
    JSON.stringify({ ...record(7), seconds: 'x' }),
    good.replace('0.25', '1e999'),
    JSON.stringify({ ...record(7), values: { drop: {} } }),
    JSON.stringify(record(5)),
    JSON.stringify(record(7, 'constructor')),
    '['.repeat(100_000),
    '\0\ufffd',
  ];
  await writeFile(path, [JSON.stringify(settings), good, ...bad, ''].join('\n'));
  const { records, passedOver } = await openProgressFile(path, settings, false);
  assert.equal(records, [record(0)]);
  assert.is(passedOver, bad.length);
  assert.is(await readFile(path, 'utf8'), `${JSON.stringify(settings)}\n${good}\n`);
});

test.run();
