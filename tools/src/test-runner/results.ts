import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Counts } from './record.ts';

/** What `ablation-cam-test` leaves behind for the launcher; a runtime in which no file had to run is absent. */
export interface PackageResults {
  readonly node?: Counts;
  readonly browser?: Counts;
}

export function resultsFile(packageFolder: string): string {
  return join(packageFolder, '.test', 'results.json');
}

export async function writeResults(packageFolder: string, results: PackageResults): Promise<void> {
  const file = resultsFile(packageFolder);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(results, null, 2));
}

/** Undefined where the package left no results. */
export async function readResults(packageFolder: string): Promise<PackageResults | undefined> {
  try {
    return JSON.parse(await readFile(resultsFile(packageFolder), 'utf8')) as PackageResults;
  } catch {
    return undefined;
  }
}

/** The line that ends a run. */
export function totalLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
