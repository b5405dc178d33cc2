import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bareProject, LIBRARIES, packPackages } from './packed-project.ts';
import { measureSizes } from './sizes/measure-sizes.ts';
import { sizesOver, sizeTable, withSizeTable, type SizeBudgets } from './sizes/size-table.ts';
import { REPOSITORY } from './workspace.ts';

/**
 * The command `pnpm sizes`: prints what the published packages weigh, on a disk and in a page. The exit code is 0 only where that
 * is within `sizes.json`.
 *
 * @param args `--docs` also writes the table of the README
 */
export async function printSizes(args: readonly string[]): Promise<void> {
  const packed = await packPackages(LIBRARIES);
  const project = await bareProject(packed);
  try {
    const sizes = await measureSizes(packed, project);
    console.log(sizeTable(sizes));
    for (const complaint of sizesOver(sizes, await sizeBudgets())) {
      console.error(complaint);
      process.exitCode = 1;
    }
    if (!args.includes('--docs')) return;
    const readme = join(REPOSITORY, 'README.md');
    await writeFile(readme, withSizeTable(await readFile(readme, 'utf8'), sizes));
  } finally {
    await project.dispose();
  }
}

/** The budgets in the root of the repository. */
export async function sizeBudgets(): Promise<SizeBudgets> {
  return JSON.parse(await readFile(join(REPOSITORY, 'sizes.json'), 'utf8')) as SizeBudgets;
}
