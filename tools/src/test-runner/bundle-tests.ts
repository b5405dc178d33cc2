import { rm } from 'node:fs/promises';
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
const reportingUvu: Plugin = {
  name: 'reporting-uvu',
  setup(build) {
    build.onResolve({ filter: /^uvu$/ }, ({ importer }) => (importer === UVU ? undefined : { path: UVU }));
  },
};

/**
 * Bundles test files of a package, with shared modules shared, and returns the folder. Its `entry.js` exports `run(print)`,
 * see `runFiles`.
 */
export async function bundleTests(
  packageFolder: string,
  files: readonly string[],
  platform: Platform,
): Promise<string> {
  const folder = join(packageFolder, '.test', platform);
  await rm(folder, { recursive: true, force: true });
  const list = files.map((file) => {
    const path = JSON.stringify(join(packageFolder, file));
    return `{ name: ${JSON.stringify(file)}, load: () => import(${path}) }`;
  });
  const entry = `
    import { runFiles } from ${JSON.stringify(RUNNERS[platform])};
    export const run = (print) => runFiles([${list.join(', ')}], print);
  `;
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
  return folder;
}
