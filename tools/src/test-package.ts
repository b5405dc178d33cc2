import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInBrowser } from './test-runner/run-in-browser.ts';
import { runInDeno } from './test-runner/run-in-deno.ts';
import { runInNode } from './test-runner/run-in-node.ts';
import type { Counts } from './test-runner/record.ts';
import { RUNTIMES, totalLine, writeResults, type TestRuntime } from './test-runner/results.ts';

const HELP = `ablation-cam-test [--node] [--browser] [--deno] [--alone] [name ...]

Runs test/**/*.test.ts of the package in the current folder in Node and in headless Chromium, and those that "testsInDeno" in
its package.json names in Deno.
  x.test.ts runs in both, x.node.test.ts only in Node, x.browser.test.ts only in the browser
  x.alone.test.ts holds times: only in Node, and in a run of all packages when nothing else runs
  name       only files whose path contains one of the names
  --node     only in Node
  --browser  only in the browser
  --deno     only in Deno
  --alone    only what holds times`;

/** Long enough for the slowest package on two busy cores, short enough that a hanging test is told from a slow one. */
const TIMEOUT_MS = Number(process.env['ABLATION_CAM_TEST_TIMEOUT_S'] ?? 480) * 1000;

const PLACES: Readonly<Record<TestRuntime, string>> = {
  node: 'In Node',
  browser: 'In the browser',
  deno: 'In Deno',
  alone: 'Alone, in Node',
};
const RUNNERS = { node: runInNode, browser: runInBrowser, deno: runInDeno, alone: runInNode };

/** The command `ablation-cam-test`: see its help. */
export async function testPackage(args: readonly string[]): Promise<void> {
  const flags = new Set(args.filter((arg) => arg.startsWith('--') && arg !== '--'));
  const names = args.filter((arg) => !arg.startsWith('--'));
  if (flags.delete('--help')) {
    console.log(HELP);
    return;
  }
  const only = RUNTIMES.find((runtime) => flags.delete(`--${runtime}`));
  if (flags.size > 0) throw new Error(`unknown option ${[...flags].join(' ')}\n\n${HELP}`);

  const folder = process.cwd();
  const files = (await testFiles(folder)).filter(
    (file) => names.length === 0 || names.some((name) => file.includes(name)),
  );
  const inDeno = await denoFiles(folder);
  const filesOf: Record<TestRuntime, readonly string[]> = {
    node: files.filter((file) => !/\.(browser|alone)\.test\.ts$/.test(file)),
    browser: files.filter((file) => !/\.(node|alone)\.test\.ts$/.test(file)),
    deno: files.filter((file) => inDeno.includes(file)),
    alone: files.filter((file) => file.endsWith('.alone.test.ts')),
  };
  const results: Partial<Record<TestRuntime, Counts>> = {};
  for (const runtime of RUNTIMES) {
    if ((only ?? runtime) !== runtime || filesOf[runtime].length === 0) continue;
    console.log(`${PLACES[runtime]}:`);
    const counts = await RUNNERS[runtime](folder, filesOf[runtime], TIMEOUT_MS);
    console.log(`${PLACES[runtime]}: ${totalLine(counts)}`);
    results[runtime] = counts;
  }
  await writeResults(folder, results);
  if (Object.values(results).some(({ failed }) => failed > 0)) process.exitCode = 1;
}

/** Files whose WebGPU suites another implementation runs as well; none in a folder that is no package. */
async function denoFiles(folder: string): Promise<readonly string[]> {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return [];
  const { testsInDeno = [] } = JSON.parse(await readFile(manifest, 'utf8')) as {
    testsInDeno?: readonly string[];
  };
  return testsInDeno;
}

async function testFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'test'), { recursive: true }).catch(() => []);
  return entries
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .sort();
}
