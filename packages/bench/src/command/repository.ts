import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NamedRun } from '../report/docs.ts';
import { readRun } from '../results/read-run.ts';

/** This package's folder in a checkout. */
export const PACKAGE = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const REPOSITORY = join(PACKAGE, '..', '..');

/** The committed results, one file a device, by name. */
export async function committedRuns(): Promise<NamedRun[]> {
  const folder = join(PACKAGE, 'results');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => ({
      device: name.replace(/\.json$/, ''),
      run: await readRun(await readFile(join(folder, name), 'utf8'), `results/${name}`),
    })),
  );
}
