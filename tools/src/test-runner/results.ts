import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Counts } from './record.ts';

/** Where tests run, in this order; `alone` is Node as well, while nothing else runs. */
export const RUNTIMES = ['node', 'browser', 'deno', 'alone'] as const;
export type TestRuntime = (typeof RUNTIMES)[number];

/** What `ablation-cam-test` leaves behind for the launcher; a runtime in which no file had to run is absent. */
export type PackageResults = Readonly<Partial<Record<TestRuntime, Counts>>>;

/** Names the folder in which the launcher of a run collects results; without it none are kept. */
export const RESULTS_FOLDER = 'ABLATION_CAM_TEST_RESULTS';

/** One file for each runtime, since they may be run by processes of their own. */
export async function writeResults(packageFolder: string, results: PackageResults): Promise<void> {
  const folder = process.env[RESULTS_FOLDER];
  if (!folder) return;
  for (const runtime of RUNTIMES) {
    const counts = results[runtime];
    if (counts !== undefined) {
      await writeFile(resultsFile(folder, packageFolder, runtime), JSON.stringify(counts));
    }
  }
}

export async function readResults(folder: string, packageFolder: string): Promise<PackageResults> {
  const found = await Promise.all(
    RUNTIMES.map(async (runtime) => {
      const text = await readFile(resultsFile(folder, packageFolder, runtime), 'utf8').catch(() => undefined);
      return text === undefined ? [] : [[runtime, JSON.parse(text) as Counts] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

function resultsFile(folder: string, packageFolder: string, runtime: TestRuntime): string {
  return join(folder, `${basename(packageFolder)}.${runtime}.json`);
}

/** The line that ends a run. */
export function totalLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
