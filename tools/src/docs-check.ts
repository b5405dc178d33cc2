import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { brokenLinks, unreachablePages } from './docs/broken-links.ts';
import { checkCode } from './docs/check-code.ts';
import { checkCommands, knownCommands } from './docs/check-commands.ts';
import { readPages } from './docs/pages.ts';
import { REPOSITORY } from './workspace.ts';

/**
 * The command `pnpm docs:check`: every link between the pages of the repository leads to a file and a heading that are there, every
 * page of `docs` can be reached, every block of code compiles against the sources, and what
 * is typed into a terminal is there.
 */
export async function docsCheck(): Promise<void> {
  const pages = await readPages();
  const documents = new Map([...pages].filter(([path]) => path.startsWith('docs/')));
  const unreachable = unreachablePages(pages, ['README.md', 'docs/README.md']);
  const problems = [
    ...brokenLinks(pages, (path) => existsSync(join(REPOSITORY, path))),
    ...unreachable.filter((path) => documents.has(path)).map((path) => `${path}: no page leads here`),
    ...checkCommands([...pages.values()], await knownCommands()),
    ...(await checkCode([...pages.values()])),
  ];
  for (const problem of problems) console.error(problem);
  const blocks = [...pages.values()].reduce((sum, page) => sum + page.blocks.length, 0);
  console.log(`${pages.size} pages, ${blocks} blocks of code, ${problems.length} problems`);
  if (problems.length > 0 || pages.size === 0) process.exitCode = 1;
}
