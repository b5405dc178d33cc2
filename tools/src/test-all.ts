import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addInto } from './test-runner/run-files.ts';
import { noCounts, type Counts } from './test-runner/record.ts';
import { readResults, RESULTS_FOLDER, RUNTIMES, totalLine, type TestRuntime } from './test-runner/results.ts';
import { filesByRuntime } from './test-runner/test-files.ts';
import { packageFolders, REPOSITORY } from './workspace.ts';

const LAUNCHER = fileURLToPath(new URL('../test.mjs', import.meta.url));

/**
 * The command `pnpm test [name ...]`: the tests of all packages, then what went wrong and, as the very last line, the total. The
 * exit code is 0 only if every package reported and nothing failed.
 */
export async function testAll(args: readonly string[]): Promise<void> {
  const names = args.filter((arg) => arg !== '--');
  const packages = await packagesWithTests();
  const results = await mkdtemp(join(tmpdir(), 'ablation-cam-results-'));
  const ends = await runAll(await runsOf(packages, names), names, results);
  const { total, complaints } = await summary(packages, results, names.length > 0);
  await rm(results, { recursive: true });

  // Whatever made a run end badly without reporting it must not pass as success.
  if (total.failed === 0) complaints.push(...ends);
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

/** The tests of a package in one runtime. */
interface Run {
  readonly folder: string;
  readonly runtime: TestRuntime;
  /** As it is printed, such as `packages/xai node`. */
  readonly title: string;
}

/** What takes longest begins first, so that no core is idle while it ends; the rest in any order. */
const LONGEST_FIRST = [
  'apps/cli node',
  'apps/viewer node',
  'packages/xai node',
  'packages/kernels node',
  'tools node',
  'packages/model node',
];

async function runsOf(packages: readonly string[], names: readonly string[]): Promise<Run[]> {
  const runs = await Promise.all(
    packages.map(async (folder) => {
      const files = await filesByRuntime(folder, names);
      const title = relative(REPOSITORY, folder).replaceAll(sep, '/');
      return RUNTIMES.filter((runtime) => files[runtime].length > 0).map((runtime) => ({
        folder,
        runtime,
        title: `${title} ${runtime}`,
      }));
    }),
  );
  const rank = ({ title }: Run): number => {
    const place = LONGEST_FIRST.indexOf(title);
    return place < 0 ? LONGEST_FIRST.length : place;
  };
  return runs.flat().sort((one, other) => rank(one) - rank(other));
}

/** Runs at a time: most wait for a browser or another process now and then. */
const TOGETHER = 3;

/** What holds times comes last and has the cores for itself. Returns what went wrong with runs as a whole. */
async function runAll(runs: readonly Run[], names: readonly string[], results: string): Promise<string[]> {
  const complaints: string[] = [];
  const lane = async (queue: Run[]): Promise<void> => {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
      const code = await runOne(run, names, results);
      if (code !== 0) complaints.push(`${run.title} ended with exit code ${code}`);
    }
  };
  const together = runs.filter(({ runtime }) => runtime !== 'alone');
  await Promise.all(Array.from({ length: TOGETHER }, () => lane(together)));
  await lane(runs.filter(({ runtime }) => runtime === 'alone'));
  return complaints;
}

/** Prints what a run says in one piece, when it has ended. */
async function runOne(
  { folder, runtime, title }: Run,
  names: readonly string[],
  results: string,
): Promise<number> {
  console.log(`Running ${title}`);
  const start = performance.now();
  const child = spawn(process.execPath, [LAUNCHER, `--${runtime}`, ...names], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, [RESULTS_FOLDER]: results },
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => output.push(part));
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (end) => {
      resolve(end ?? 1);
    });
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`\n${title}, ${seconds} s`);
  process.stdout.write(Buffer.concat(output));
  return code;
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
