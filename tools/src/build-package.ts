import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundleOptions, OWN_SCOPE } from './bundle.ts';
import { emitDeclarations } from './emit-declarations.ts';
import { packageOf } from './package-name.ts';
import { noticesOf } from './third-party.ts';

interface Manifest {
  readonly name: string;
  /** By the path after the package's name: a source, and what is made of it; a source alone is for this workspace. */
  readonly exports: Readonly<Record<string, Door | Pick<Door, 'source'>>>;
  /** What differs between Node and browsers, which whoever runs or bundles the package chooses. */
  readonly imports?: Readonly<Record<'#platform', Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** Dependencies of development of which so little is used that it goes inside, where a user would install all of them. */
  readonly inside?: readonly string[];
}

interface Door {
  readonly source: string;
  readonly default: string;
}

/**
 * The command `ablation-cam-build`: makes of the package in the current folder what is published: the file for each source that
 * `exports` and `imports` in its package.json name, and declarations in `dist/types`. Node and browsers get the same files but for
 * those of `#platform`.
 */
export async function buildPackage(): Promise<void> {
  const folder = process.cwd();
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  await rm(join(folder, 'dist'), { recursive: true, force: true });
  const doors = Object.values(manifest.exports).filter((door) => 'default' in door);
  const { metafile } = await build({
    ...bundleOptions('browser'),
    entryPoints: Object.fromEntries([
      ...doors.map((door) => [nameIn(door.default), join(folder, door.source)]),
      ...Object.values(manifest.imports?.['#platform'] ?? {}).map((source) => [
        nameIn(source.replace('./src/', './dist/').replace(/\.ts$/, '.js')),
        join(folder, source),
      ]),
    ]),
    outdir: join(folder, 'dist'),
    // What several entries need is there once, so that they agree on their classes; and what is imported when needed stays in
    // a file of its own, so that its dependencies are not loaded before.
    splitting: true,
    chunkNames: 'chunks/[hash]',
    metafile: true,
    plugins: [declaredExternals(folder, manifest)],
  });
  const notices = await noticesOf(metafile);
  if (notices !== '') await writeFile(join(folder, 'dist/THIRD-PARTY-NOTICES.txt'), notices);
  const sources = doors.map(({ source }) => source);
  await emitDeclarations(folder, sources, join(folder, 'dist/types'));
}

function nameIn(path: string): string {
  return path.replace(/^\.\/dist\/(.*)\.js$/, '$1');
}

/**
 * Leaves dependencies outside under their names, puts inside what the package says, and fails for what an installed package would
 * not find.
 */
function declaredExternals(folder: string, manifest: Manifest): Plugin {
  const { name, dependencies, peerDependencies, inside = [] } = manifest;
  const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
  const source = join(folder, 'src');
  return {
    name: 'declared-externals',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, resolveDir }) => {
        if (path.startsWith('node:')) return { path, external: true };
        // What goes inside brings its own dependencies along.
        if (!resolveDir.startsWith(source)) return undefined;
        if (path === '#platform') return { path, external: true };
        // The workspace's tools are not published: what is used of them goes inside.
        if (kind === 'entry-point' || path.startsWith(`${OWN_SCOPE}tools/`)) return undefined;
        const dependency = packageOf(path);
        if (declared.has(dependency)) return { path, external: true };
        if (inside.includes(dependency)) return undefined;
        return { errors: [{ text: `${dependency} is imported, but is no dependency of ${name}` }] };
      });
    },
  };
}
