import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError, sealedJson } from '@ablation-cam/model';
import { assertRefused } from '@ablation-cam/tools/testing';
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
  const [header, good] = [await sealedJson(settings, 'line'), await sealedJson(record(0), 'line')];
  const sealed = await Promise.all(
    [
      { a: 1 },
      { ...record(7), values: null },
      { ...record(7), seconds: 'x' },
      { ...record(7), values: { drop: {} } },
      record(5),
      record(7, 'constructor'),
    ].map((value) => sealedJson(value, 'line')),
  );
  const bad = [
    ...sealed,
    good.slice(0, 30),
    JSON.stringify(record(7)),
    good.replace('0.25', '1e999'),
    good.replace('0.25', '0.35'),
    'null',
    '{}',
    '['.repeat(100_000),
    '\0\ufffd',
  ];
  await writeFile(path, [header, good, ...bad, ''].join('\n'));
  const { records, passedOver } = await openProgressFile(path, settings, false);
  assert.equal(records, [record(0)]);
  assert.is(passedOver, bad.length);
  assert.is(await readFile(path, 'utf8'), `${header}\n${good}\n`);
});

test('a file whose first line is damaged is not begun anew, unless that is asked for', async () => {
  await openProgressFile(path, settings, false);
  const text = await readFile(path, 'utf8');
  for (const damaged of [text.replace('7', '8'), '', 'something else\n']) {
    await writeFile(path, damaged);
    await assertRefused(
      () => openProgressFile(path, settings, false),
      ModelError,
      /first line is damaged.*--fresh/,
    );
  }
  await openProgressFile(path, settings, true);
  assert.is(await readFile(path, 'utf8'), text);
});

test.run();
