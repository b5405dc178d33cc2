import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readResults, RESULTS_FOLDER } from '../src/test-runner/results.ts';
import { REPOSITORY } from '../src/workspace.ts';

const run = promisify(execFile);

interface Run {
  readonly output: string;
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number };
}

/** Runs test files, by name, as a package's own; inside this package's folder, so that they find what they import. */
async function runTests(files: Readonly<Record<string, string>>): Promise<Run> {
  await mkdir(join(REPOSITORY, 'tools/.test'), { recursive: true });
  const folder = await mkdtemp(join(REPOSITORY, 'tools/.test/package-'));
  try {
    await mkdir(join(folder, 'test'));
    for (const [name, code] of Object.entries(files)) await writeFile(join(folder, 'test', name), code);
    const launcher = join(REPOSITORY, 'tools/test.mjs');
    const env = { ...process.env, [RESULTS_FOLDER]: folder };
    const child = run(process.execPath, [launcher, '--node'], { cwd: folder, env });
    const { stdout } = await child.catch((error: unknown) => error as { stdout: string });
    const results = await readResults(folder, folder);
    if (results.node === undefined) throw new Error(`no results were left:\n${stdout}`);
    return { output: stdout, counts: results.node };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const HEAD =
  "import { suite } from 'uvu'; import * as assert from 'uvu/assert'; const test = suite('inner');\n";

const test = suite('the test runner');

const cases: readonly [fact: string, code: string, counts: Run['counts'], output: RegExp][] = [
  [
    'passes, failures and skips are counted',
    `test('good', () => {}); test('bad', () => { assert.is(1, 2); }); test.skip('later'); test.run();`,
    { passed: 1, failed: 1, skipped: 1 },
    /inner.*"bad"/,
  ],
  [
    'a failing before hook fails every test of its suite and says why',
    `test.before(() => { throw new Error('no setup'); }); test('a', () => {}); test('b', () => {}); test.run();`,
    { passed: 0, failed: 2, skipped: 0 },
    /before hook of "inner" failed: Error: no setup/,
  ],
  [
    'a failing after hook is a failure, although all tests passed',
    `test.after(() => { throw new Error('no end'); }); test('a', () => {}); test.run();`,
    { passed: 1, failed: 1, skipped: 0 },
    /after hook of "inner" failed: Error: no end/,
  ],
  [
    'a test that never settles is a failure',
    `test('hangs', () => new Promise(() => {})); test.run();`,
    { passed: 0, failed: 1, skipped: 0 },
    /ended with exit code 1 before all tests had run/,
  ],
  [
    'a file that cannot be loaded is a failure',
    `throw new Error('at load');`,
    { passed: 0, failed: 1, skipped: 0 },
    /could not be loaded: Error: at load/,
  ],
  [
    'a skipped test prints its reason',
    `import { skipIf } from '@ablation-cam/tools/testing';
     skipIf(test, 'no data here')('needs data', () => {}); skipIf(test, undefined)('runs', () => {}); test.run();`,
    { passed: 1, failed: 0, skipped: 1 },
    /skipped: needs data \(no data here\)/,
  ],
];

for (const [fact, code, expected, output] of cases) {
  test(fact, async () => {
    const result = await runTests({ 'inner.test.ts': HEAD + code });
    const { passed, failed, skipped } = result.counts;
    assert.equal({ passed, failed, skipped }, expected);
    assert.match(result.output, output);
  });
}

test('stack traces point into the sources', async () => {
  const { output } = await runTests({
    'inner.test.ts': `${HEAD}\n\ntest('bad', () => {\n  assert.is(1, 2);\n});\ntest.run();`,
  });
  assert.match(output, /test\/inner\.test\.ts:5:10/);
});

test.run();
