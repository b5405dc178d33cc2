import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundleToRun, type Platform } from '../bundle.ts';

const UVU = fileURLToPath(new URL('./uvu.ts', import.meta.url));
const RUNNERS = {
  node: fileURLToPath(new URL('./run-files.ts', import.meta.url)),
  browser: fileURLToPath(new URL('./run-files-in-page.ts', import.meta.url)),
};

/** Test files import this project's `uvu.ts` under the name `uvu`; only that file gets the registry's package. */
export const reportingUvu: Plugin = {
  name: 'reporting-uvu',
  setup(build) {
    build.onResolve({ filter: /^uvu$/ }, ({ importer }) => (importer === UVU ? undefined : { path: UVU }));
  },
};

/**
 * Bundles test files of a package, with shared modules shared, and calls `use` with the folder that holds the bundle while it
 * is needed. Its `entry.js` exports `run(print)`, see `runFiles`. Every run has a folder of its own, so that several may run at
 * the same time.
 */
export async function withTestBundle<T>(
  packageFolder: string,
  files: readonly string[],
  platform: Platform,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  await mkdir(join(packageFolder, '.test'), { recursive: true });
  const folder = await mkdtemp(join(packageFolder, '.test', `${platform}-`));
  try {
    await bundleTests(packageFolder, files, platform, folder);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The source of a module whose `run(print)` runs test files of a package, see `runFiles`; it needs `reportingUvu` to be bundled. */
export function testEntry(packageFolder: string, files: readonly string[], platform: Platform): string {
  const list = files.map((file) => {
    const path = JSON.stringify(join(packageFolder, file));
    return `{ name: ${JSON.stringify(file)}, load: () => import(${path}) }`;
  });
  return `
    import { runFiles } from ${JSON.stringify(RUNNERS[platform])};
    export const run = (print) => runFiles([${list.join(', ')}], print);
  `;
}

async function bundleTests(
  packageFolder: string,
  files: readonly string[],
  platform: Platform,
  folder: string,
): Promise<void> {
  const entry = testEntry(packageFolder, files, platform);
  await bundleToRun(
    platform,
    {
      stdin: { contents: entry, resolveDir: packageFolder, sourcefile: 'entry.js' },
      entryNames: 'entry',
      outdir: folder,
      sourcemap: platform === 'node' ? 'inline' : 'linked',
      sourcesContent: false,
    },
    [reportingUvu],
  );
}
