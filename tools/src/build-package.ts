import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundleOptions, OWN_SCOPE, type Platform } from './bundle.ts';
import { emitDeclarations } from './emit-declarations.ts';

interface Manifest {
  readonly name: string;
  /** By the path after the package's name: a source, and what is made of it; a source alone is for this workspace. */
  readonly exports: Readonly<Record<string, Door | Pick<Door, 'source'>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Door {
  readonly source: string;
  readonly node: string;
  readonly default: string;
}

/**
 * The command `ablation-cam-build`: makes of the package in the current folder what is published: for each source that
 * `exports` in its package.json names, the files for Node and browsers that stand there, and declarations in `dist/types`.
 */
export async function buildPackage(): Promise<void> {
  const folder = process.cwd();
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  await rm(join(folder, 'dist'), { recursive: true, force: true });
  const doors = Object.values(manifest.exports).filter((door) => 'node' in door);
  const platforms = ['node', 'browser'] as const;
  await Promise.all(platforms.map((platform) => bundle(folder, manifest, doors, platform)));
  const sources = doors.map(({ source }) => source);
  await emitDeclarations(folder, sources, join(folder, 'dist/types'));
}

async function bundle(
  folder: string,
  manifest: Manifest,
  doors: readonly Door[],
  platform: Platform,
): Promise<void> {
  await build({
    ...bundleOptions(platform),
    entryPoints: doors.map((door) => ({
      in: join(folder, door.source),
      out: (platform === 'node' ? door.node : door.default).replace(/^\.\/dist\/(.*)\.js$/, '$1'),
    })),
    outdir: join(folder, 'dist'),
    // What several entries need is there once, so that they agree on their classes; and what is imported when needed stays in
    // a file of its own, so that its dependencies are not loaded before.
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
