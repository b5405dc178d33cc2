import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runInBrowser } from './test-runner/run-in-browser.ts';
import { runInNode } from './test-runner/run-in-node.ts';
import type { Counts } from './test-runner/record.ts';
import { totalLine, writeResults } from './test-runner/results.ts';

const HELP = `ablation-cam-test [--node] [--browser] [name ...]

Runs test/**/*.test.ts of the package in the current folder in Node and in headless Chromium.
  x.test.ts runs in both, x.node.test.ts only in Node, x.browser.test.ts only in the browser
  name       only files whose path contains one of the names
  --node     only in Node
  --browser  only in the browser`;

/** Long enough for the slowest package on two busy cores, short enough that a hanging test is told from a slow one. */
const TIMEOUT_MS = Number(process.env['ABLATION_CAM_TEST_TIMEOUT_S'] ?? 480) * 1000;

/** The command `ablation-cam-test`: see its help. */
export async function testPackage(args: readonly string[]): Promise<void> {
  const flags = new Set(args.filter((arg) => arg.startsWith('--') && arg !== '--'));
  const names = args.filter((arg) => !arg.startsWith('--'));
  if (flags.delete('--help')) {
    console.log(HELP);
    return;
  }
  const only = flags.delete('--node') ? 'node' : flags.delete('--browser') ? 'browser' : undefined;
  if (flags.size > 0) throw new Error(`unknown option ${[...flags].join(' ')}\n\n${HELP}`);

  const folder = process.cwd();
  const files = (await testFiles(folder)).filter(
    (file) => names.length === 0 || names.some((name) => file.includes(name)),
  );
  const inNode = only === 'browser' ? [] : files.filter((file) => !file.endsWith('.browser.test.ts'));
  const inBrowser = only === 'node' ? [] : files.filter((file) => !file.endsWith('.node.test.ts'));

  const results: { node?: Counts; browser?: Counts } = {};
  if (inNode.length > 0) {
    console.log('In Node:');
    results.node = await runInNode(folder, inNode, TIMEOUT_MS);
    console.log(`In Node: ${totalLine(results.node)}`);
  }
  if (inBrowser.length > 0) {
    console.log('In the browser:');
    results.browser = await runInBrowser(folder, inBrowser, TIMEOUT_MS);
    console.log(`In the browser: ${totalLine(results.browser)}`);
  }
  await writeResults(folder, results);
  if ((results.node?.failed ?? 0) + (results.browser?.failed ?? 0) > 0) process.exitCode = 1;
}

async function testFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'test'), { recursive: true }).catch(() => []);
  return entries
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .sort();
}
