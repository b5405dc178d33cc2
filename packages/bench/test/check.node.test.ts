import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GPU_TESTS, KERNELS } from '../src/check/gpu-tests.ts';
import { checkParts, GRACE_SECONDS } from '../src/check/parts.ts';
import { runPart } from '../src/check/run-part.ts';
import { EFFORTS, within } from '../src/measure/effort.ts';

/** What all parts may take together. */
const MOST_SECONDS = 9 * 60;

const test = suite('the check of an adapter');

test('its parts end within nine minutes, whatever they do', () => {
  const parts = checkParts('/lib/');
  const seconds = parts.reduce((sum, part) => sum + part.seconds + GRACE_SECONDS, 0);
  assert.ok(seconds <= MOST_SECONDS, `${seconds} s`);
});

test('the suites that are packed are where they are looked for', async () => {
  for (const name of GPU_TESTS) await access(join(KERNELS, name));
});

test('a part that fails, and one that takes too long, leave what they printed', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'ablation-cam-check-')), '/');
  const part = (name: string, seconds: number, script: string): Parameters<typeof runPart>[0] => ({
    ...{ name, title: name, seconds },
    command: () => ['-e', script],
  });
  try {
    const failed = await runPart(part('failed', 60, 'console.log("half"); process.exitCode = 3'), folder);
    assert.is(failed.end, 'exit code 3');
    const late = await runPart(
      part('late', 0.5, 'console.log("half"); setInterval(() => undefined, 1e3)'),
      folder,
    );
    assert.is(late.end, 'asked to end after 0.5 s (SIGINT)');
    for (const { lastLines, part: own } of [failed, late]) {
      assert.equal(lastLines, ['half']);
      assert.is(await readFile(`${folder}${own.name}.txt`, 'utf8'), 'half\n');
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a run in less time shares it out as before', () => {
  const { full } = EFFORTS;
  assert.is(within(full, Infinity), full);
  const short = within(full, 4);
  assert.is(short.limitMs, 240_000);
  assert.is(short.totalMs / full.totalMs, 240_000 / full.limitMs);
  assert.is(within(EFFORTS['end-to-end'], 4).networkMs, EFFORTS['end-to-end'].networkMs);
});

test.run();
