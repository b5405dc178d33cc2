import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileWhole } from '@ablation-cam/model';
import { benchmarksPage, readmeWithTable } from '../report/docs.ts';
import { committedRuns, REPOSITORY } from './repository.ts';

/** A generated file: what it holds and what the committed results make of it. */
export interface GeneratedFile {
  readonly path: string;
  readonly current: string;
  readonly wanted: string;
}

/** The files of the documentation that are written from the committed results. */
export async function generatedFiles(): Promise<GeneratedFile[]> {
  const runs = await committedRuns();
  const page = join(REPOSITORY, 'docs', 'benchmarks.md');
  const readme = join(REPOSITORY, 'README.md');
  const readmeText = await readFile(readme, 'utf8');
  return [
    { path: page, current: await readFile(page, 'utf8').catch(() => ''), wanted: benchmarksPage(runs) },
    { path: readme, current: readmeText, wanted: readmeWithTable(readmeText, runs) },
  ];
}

/** `pnpm bench --docs` */
export async function docsCommand(): Promise<void> {
  for (const { path, current, wanted } of await generatedFiles()) {
    if (current !== wanted) await writeFileWhole(path, wanted);
    process.stdout.write(`${current === wanted ? 'up to date' : 'written'}: ${path}\n`);
  }
}
