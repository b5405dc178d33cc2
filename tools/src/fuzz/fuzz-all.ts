import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleToRun } from '../bundle.ts';
import { packageFolders, REPOSITORY } from '../workspace.ts';
import { fuzzKind, type FuzzKind, type KindResult } from './fuzz-kind.ts';
import { FuzzProcess } from './fuzz-process.ts';

const HELP = `pnpm test:fuzz -- [--mutations N] [--from SEED] [--only NAME]

Damages every kind of file that the packages read, and reads it, in processes of their own: more of them than a test run can afford.
  --mutations N  of all kinds together (20000)
  --from SEED    the first seed of each kind (1)
  --only NAME    only kinds of files with this in their name`;

/** Where a package says what it reads. */
const SUBJECT = 'test/fuzz/subject.ts';

const MOST_SHOWN = 20;

/** The command `pnpm test:fuzz`. */
export async function fuzzAll(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      mutations: { type: 'string', default: '20000' },
      from: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const start = performance.now();
  await mkdir(join(REPOSITORY, '.test'), { recursive: true });
  const folder = await mkdtemp(join(REPOSITORY, '.test', 'fuzz-'));
  try {
    const kinds = (await Promise.all((await subjects()).map((each) => kindsOf(each, folder)))).flat();
    const chosen = kinds.filter(({ name }) => name.includes(values.only));
    const each = Math.ceil(Number(values.mutations) / Math.max(1, chosen.length));
    const longest = Math.max(0, ...chosen.map(({ name }) => name.length));
    console.log(row('kind'.padEnd(longest), ['read', 'refused', 'faults', 'slowest ms', 'peak MB']));
    const results = await inTurn(chosen, async (kind) => {
      const result = await fuzzKind(kind, each, Number(values.from));
      console.log(rowOf(kind.name.padEnd(longest), result));
      return result;
    });
    report(results, (performance.now() - start) / 60_000);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The folders of packages that read files. */
async function subjects(): Promise<string[]> {
  const folders = await packageFolders();
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, SUBJECT)).then(
        () => [folder],
        () => [],
      ),
    ),
  );
  return found.flat();
}

async function kindsOf(packageFolder: string, folder: string): Promise<FuzzKind[]> {
  const own = join(folder, relative(REPOSITORY, packageFolder).replaceAll(/[/\\]/g, '-'));
  await mkdir(own);
  const source = join(own, 'entry.ts');
  const lines = [
    `export { makeSubject } from ${JSON.stringify(join(packageFolder, SUBJECT))};`,
    `export { tryDamage } from ${JSON.stringify(join(REPOSITORY, 'tools/src/testing/fuzz.ts'))};`,
  ];
  await writeFile(source, lines.join('\n'));
  await bundleToRun('node', { entryPoints: { entry: source }, outdir: own, sourcemap: 'linked' });
  const entry = join(own, 'entry.js');
  const child = new FuzzProcess(entry, packageFolder);
  try {
    return (await child.names).map((name) => ({ name, folder: packageFolder, entry }));
  } finally {
    await child.stop();
  }
}

/** As many at a time as there are cores; results in the order of the items. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]!);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, takeTurns));
  return results;
}

function rowOf(name: string, { read, refused, faults, slowestMs, peakBytes }: KindResult): string {
  return row(name, [read, refused, faults.length, slowestMs.toFixed(0), megabytes(peakBytes)]);
}

function row(name: string, cells: readonly (string | number)[]): string {
  return name + cells.map((cell) => String(cell).padStart(12)).join('');
}

function report(results: readonly KindResult[], minutes: number): void {
  const faults = results.flatMap((result) => result.faults);
  for (const fault of faults.slice(0, MOST_SHOWN)) console.error(fault);
  const sum = (of: (result: KindResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const [read, refused] = [sum((result) => result.read), sum((result) => result.refused)];
  const most = (of: (result: KindResult) => number): number => Math.max(0, ...results.map(of));
  console.log(
    `${read + refused + faults.length} files of ${results.length} kinds in ${minutes.toFixed(1)} min: ${read} read, ` +
      `${refused} refused, ${faults.length} faults; the slowest took ${most(({ slowestMs }) => slowestMs).toFixed(0)} ms, ` +
      `the most memory was ${megabytes(most(({ peakBytes }) => peakBytes))} MB`,
  );
  process.exitCode = faults.length === 0 && results.length > 0 ? 0 : 1;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
