import { runInBrowser } from './test-runner/run-in-browser.ts';
import { runInDeno } from './test-runner/run-in-deno.ts';
import { runInNode } from './test-runner/run-in-node.ts';
import type { Counts } from './test-runner/record.ts';
import { RUNTIMES, totalLine, writeResults, type TestRuntime } from './test-runner/results.ts';
import { filesByRuntime } from './test-runner/test-files.ts';

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
  const filesOf = await filesByRuntime(folder, names);
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
