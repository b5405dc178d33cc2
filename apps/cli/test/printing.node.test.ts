import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { comparisonCsv } from '../src/compare/comparison.ts';
import { errorText, CliError } from '../src/errors.ts';
import { runCommand } from './run-command.ts';

const test = suite('names out of files');
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'names-'));
  const names = Array.from({ length: 10 }, (_, i) => `\x1b]0;${i}\x07=x\x9b31m`);
  await writeFile(join(folder, 'names.txt'), names.join('\n'));
});
test.after(() => rm(folder, { recursive: true }));

const labels = (): string[] => ['--labels', join(folder, 'names.txt')];

test('explain shows what a terminal would obey', async () => {
  for (const args of [
    ['explain', ...labels(), '--out', join(folder, 'out')],
    ['explain', ...labels(), '--method', 'grad-cam', '--out', join(folder, 'out')],
  ]) {
    const { exitCode, stdout, stderr } = await runCommand(args);
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, /\\x1b\]0;\d\\x07=x\\x9b31m/);
    assert.not.match(stdout, /(?![\n\t])\p{Cc}/u);
  }
});

test('an error shows no more', () => {
  assert.is(errorText(new CliError('a\x1b[2Jb\r\x9bc'), false), 'error: a\ufffd[2Jb\ufffd\ufffdc');
});

test('a cell of a CSV file that begins like a formula is marked as text', () => {
  const record = {
    ...{ sample: 0, source: '=cmd|x', label: 0, method: '@sum', classIndex: 1, score: -0.5, seconds: 1 },
    ...{ empty: false, values: {} },
  };
  const csv = comparisonCsv({
    ...{ samples: 1, classNames: ['+1, "2"', '-x'], metrics: [], methods: [], records: [record] },
    settings: {} as never,
  });
  assert.is(csv.split('\n')[1], `0,'=cmd|x,"'+1, ""2""",'-x,-0.5,'@sum,1,0`);
});

test('a request that a training cannot be resumed from is one sentence', async () => {
  const checkpoint = join(folder, 'run', 'checkpoint');
  await mkdir(checkpoint, { recursive: true });
  for (const [text, pattern] of [
    ['{"data": "mnist1d"', /^error: .*request\.json is broken JSON: it ends too early/],
    ['null', /^error: .*request\.json is broken as a whole: expected object, got null/],
    ['{"data": "elsewhere"}', /^error: .*request\.json is broken at data: expected/],
  ] as const) {
    await writeFile(join(checkpoint, 'request.json'), text);
    const { exitCode, stderr } = await runCommand(['train', '--resume', join(folder, 'run')]);
    assert.is(exitCode, 1);
    assert.match(stderr, pattern);
    assert.is(stderr.trim().split('\n').length, 1);
  }
});

test.run();
