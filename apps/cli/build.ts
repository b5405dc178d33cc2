/** Makes what is published: the program with all of this workspace inside, and the viewer's page beside it. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleOptions, LARGE_COMMON_JS } from '@ablation-cam/tools/bundle';
import { namedExports } from '@ablation-cam/tools/named-exports';
import { packageOf } from '@ablation-cam/tools/package-name';
import { noticesOf } from '@ablation-cam/tools/third-party';
import { buildSite } from '@ablation-cam/viewer/build';
import { build, type Plugin } from 'esbuild';

/** Options of the bench that make something of the sources: refused where the program is installed. */
const CHECKOUT_ONLY = /bench\/src\/command\/(pack|docs|guard|run-in-browser)\.ts$/;

const folder = process.cwd();
/** Apart from what `dist` keeps of programs that were run from source. */
const target = join(folder, 'dist/published');
const { dependencies, peerDependencies } = JSON.parse(
  await readFile(join(folder, 'package.json'), 'utf8'),
) as Readonly<Record<'dependencies' | 'peerDependencies', Readonly<Record<string, string>>>>;
const { resolve } = createRequire(join(folder, 'package.json'));
const installed = new Set(Object.keys({ ...dependencies, ...peerDependencies }));

/** Leaves outside what is installed with the program. */
const installedOutside: Plugin = {
  name: 'installed-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./#]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || !installed.has(packageOf(path))) return undefined;
      return LARGE_COMMON_JS.test(path) ? { path, namespace: 'required' } : { path, external: true };
    });
    build.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => namedExports(path, resolve(path)));
    build.onLoad({ filter: CHECKOUT_ONLY }, () => ({ contents: 'export {};' }));
  },
};

await rm(target, { recursive: true, force: true });
const { metafile } = await build({
  ...bundleOptions('node'),
  entryPoints: { main: join(folder, 'src/main.ts') },
  outdir: target,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  define: { ABLATION_CAM_PROGRAM: '"ablation-cam"' },
  metafile: true,
  logOverride: { 'import-is-undefined': 'silent' },
  plugins: [installedOutside],
});
await writeFile(join(target, 'THIRD-PARTY-NOTICES.txt'), await noticesOf(metafile));
await buildSite(join(target, 'site'));
