import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Counts } from './record.ts';

/** What `ablation-cam-test` leaves behind for the launcher; a runtime in which no file had to run is absent. */
export interface PackageResults {
  readonly node?: Counts;
  readonly browser?: Counts;
}

/** Names the folder in which the launcher of a run collects results; without it none are kept. */
export const RESULTS_FOLDER = 'ABLATION_CAM_TEST_RESULTS';

export async function writeResults(packageFolder: string, results: PackageResults): Promise<void> {
  const folder = process.env[RESULTS_FOLDER];
  if (folder) await writeFile(resultsFile(folder, packageFolder), JSON.stringify(results));
}

/** Undefined where the package left no results. */
export async function readResults(
  folder: string,
  packageFolder: string,
): Promise<PackageResults | undefined> {
  try {
    return JSON.parse(await readFile(resultsFile(folder, packageFolder), 'utf8')) as PackageResults;
  } catch {
    return undefined;
  }
}

function resultsFile(folder: string, packageFolder: string): string {
  return join(folder, `${basename(packageFolder)}.json`);
}

/** The line that ends a run. */
export function totalLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
