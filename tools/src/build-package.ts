import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundleOptions, OWN_SCOPE, type Platform } from './bundle.ts';
import { emitDeclarations } from './emit-declarations.ts';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * The command `ablation-cam-build`: makes of the package in the current folder what is published, `dist/node.js`,
 * `dist/browser.js` and `dist/types/index.d.ts`.
 */
export async function buildPackage(): Promise<void> {
  const folder = process.cwd();
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  await rm(join(folder, 'dist'), { recursive: true, force: true });
  await Promise.all((['node', 'browser'] as const).map((platform) => bundle(folder, manifest, platform)));
  await emitDeclarations(folder, join(folder, 'dist/types'));
}

async function bundle(folder: string, manifest: Manifest, platform: Platform): Promise<void> {
  await build({
    ...bundleOptions(platform),
    entryPoints: { [platform]: join(folder, 'src/index.ts') },
    outdir: join(folder, 'dist'),
    // What is imported when needed stays in a file of its own, so that its dependencies are not loaded before.
    splitting: true,
    chunkNames: `chunks/${platform}-[hash]`,
    sourcemap: true,
    plugins: [declaredExternals(manifest)],
  });
}

/** Leaves dependencies outside under their names, and fails for one that an installed package would not find. */
function declaredExternals({ name, dependencies, peerDependencies }: Manifest): Plugin {
  const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
  return {
    name: 'declared-externals',
    setup(build) {
      build.onResolve({ filter: /^[^./#]/ }, ({ path, kind }) => {
        // The workspace's tools are not published: what is used of them goes inside.
        if (kind === 'entry-point' || path.startsWith(`${OWN_SCOPE}tools/`)) return undefined;
        const dependency = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
        if (path.startsWith('node:') || declared.has(dependency)) return { path, external: true };
        return { errors: [{ text: `${dependency} is imported, but is no dependency of ${name}` }] };
      });
    },
  };
}
