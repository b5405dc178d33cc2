import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publishedPackages } from './api-report/published-entries.ts';
import { assemblePages } from './docs/assemble.ts';
import { brokenBuiltLinks, makeRelative, readBuilt } from './docs/built-pages.ts';
import { readPages } from './docs/pages.ts';
import { buildReference } from './docs/reference.ts';
import { readProject } from './project/project.ts';
import { packageFolders, REPOSITORY } from './workspace.ts';

/** Where the site is built; not committed. */
const SITE = join(REPOSITORY, 'site');

/**
 * The command `pnpm docs:site`: builds the documentation into `site`, static pages that work from any folder of a server: guides and
 * reference, and the viewer as a live demo. Ends with an error for a warning, or for a link within the site that leads nowhere.
 */
export async function docsSite(): Promise<void> {
  const { repository, site } = await readProject();
  const pages = await readPages();
  const scratch = await mkdtemp(join(tmpdir(), 'ablation-cam-site-'));
  try {
    const documents = await assemblePages(pages, scratch, repository);
    const names = await entryNames();
    const tsconfig = join(scratch, 'tsconfig.json');
    await writeFile(tsconfig, JSON.stringify(compilerConfig([...names.keys()])));
    const look = {
      tsconfig,
      readme: join(scratch, 'README.md'),
      projectDocuments: documents,
      sourceLinkTemplate: `${repository}/blob/main/{path}#L{line}`,
      basePath: REPOSITORY,
      customCss: join(REPOSITORY, 'tools/src/docs/site.css'),
      navigationLinks: { Guides: `${site}documents/Guides.html`, Demo: `${site}demo/`, GitHub: repository },
    };
    await buildReference(look, names, SITE);
  } finally {
    await rm(scratch, { recursive: true });
  }
  await addViewer();
  await makeRelative(SITE, site);

  const built = await readBuilt(SITE);
  const broken = brokenBuiltLinks(built, (path) => existsSync(join(SITE, path)));
  for (const line of broken) console.error(line);
  console.log(`${built.size} pages in site, ${broken.length} broken links`);
  if (broken.length > 0) process.exitCode = 1;
}

/** Specifiers that users import by the file that is their entry. */
async function entryNames(): Promise<Map<string, string>> {
  const packages = await publishedPackages(await packageFolders());
  return new Map(
    packages.flatMap(({ folder, entries }) =>
      entries.map(({ source, specifier }) => [join(folder, source), specifier] as const),
    ),
  );
}

function compilerConfig(entries: readonly string[]): object {
  return {
    extends: join(REPOSITORY, 'tsconfig.base.json'),
    compilerOptions: {
      composite: false,
      noEmit: true,
      emitDeclarationOnly: false,
      declaration: false,
      rewriteRelativeImportExtensions: false,
      typeRoots: [join(REPOSITORY, 'node_modules/@types'), join(REPOSITORY, 'node_modules')],
    },
    files: [...entries, join(REPOSITORY, 'tools/types/assets.d.ts')],
  };
}

/** The page of the viewer needs no server of its own. */
async function addViewer(): Promise<void> {
  const viewer = join(REPOSITORY, 'apps/viewer');
  await promisify(execFile)(process.execPath, [join(viewer, 'run.mjs'), '--build'], { cwd: REPOSITORY });
  await cp(join(viewer, 'dist/site'), join(SITE, 'demo'), { recursive: true });
}
