import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { addInto } from './test-runner/run-files.ts';
import { noCounts, type Counts } from './test-runner/record.ts';
import { readResults, RESULTS_FOLDER, totalLine } from './test-runner/results.ts';
import { packageFolders, REPOSITORY } from './workspace.ts';

/**
 * The command `pnpm test [name ...]`: the tests of all packages, then what went wrong and, as the very last line, the total. The
 * exit code is 0 only if every package reported and nothing failed.
 */
export async function testAll(args: readonly string[]): Promise<void> {
  const names = args.filter((arg) => arg !== '--');
  const packages = await packagesWithTests();
  const results = await mkdtemp(join(tmpdir(), 'ablation-cam-results-'));
  const exitCode = await turboTest(names, results);
  const { total, complaints } = await summary(packages, results, names.length > 0);
  await rm(results, { recursive: true });

  // Whatever made turbo fail without a package reporting it must not pass as success.
  if (exitCode !== 0 && total.failed === 0) complaints.push(`turbo ended with exit code ${exitCode}`);
  total.failed = Math.max(total.failed, complaints.length);

  for (const complaint of complaints) console.log(`failed: ${complaint}`);
  console.log(totalLine(total));
  process.exitCode = total.failed === 0 ? 0 : 1;
}

async function packagesWithTests(): Promise<string[]> {
  const tested = await Promise.all(
    (await packageFolders()).map(async (folder) => {
      const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
        scripts?: { test?: string };
      };
      return scripts?.test === undefined ? [] : [folder];
    }),
  );
  return tested.flat();
}

/** Runs of one package in one runtime at a time: most wait for a browser or another process now and then. */
const TOGETHER = 3;

/** What holds times comes last and has the cores for itself. Returns the first exit code that is not 0. */
async function turboTest(names: readonly string[], results: string): Promise<number> {
  const together = await turbo(names, results, ['test:node', 'test:browser', 'test:deno'], TOGETHER);
  const alone = await turbo(names, results, ['test:alone'], 1);
  return together === 0 ? alone : together;
}

function turbo(
  names: readonly string[],
  results: string,
  tasks: readonly string[],
  concurrency: number,
): Promise<number> {
  const args = ['run', ...tasks, `--concurrency=${concurrency}`];
  args.push('--continue', '--ui=stream', '--output-logs=full', '--log-order=grouped');
  if (names.length > 0) args.push('--', ...names);
  return new Promise((resolve, reject) => {
    const child = spawn('turbo', args, {
      cwd: REPOSITORY,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', [RESULTS_FOLDER]: results },
    });
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

async function summary(
  packages: readonly string[],
  resultsFolder: string,
  filtered: boolean,
): Promise<{ total: Counts; complaints: string[] }> {
  const total = noCounts();
  const complaints: string[] = [];
  for (const folder of packages) {
    const name = relative(REPOSITORY, folder);
    const results = await readResults(resultsFolder, folder);
    const runtimes = Object.entries(results);
    if (runtimes.length === 0 && !filtered) complaints.push(`${name} reported no results`);
    for (const [runtime, counts] of runtimes) {
      addInto(total, counts);
      if (counts.failed > 0) complaints.push(`${name} in ${runtime}: ${totalLine(counts)}`);
      if (gpuExpected() && counts.gpu.skipped > 0 && counts.gpu.run === 0) {
        complaints.push(`${name} in ${runtime}: all ${counts.gpu.skipped} GPU tests were skipped`);
      }
    }
  }
  return { total, complaints };
}

/** On linux x64 the dependencies hold a software driver, so no machine is without a GPU device. */
function gpuExpected(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}
