import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { build, type Plugin } from 'esbuild';
import ts from 'typescript';
import { bundleOptions, OWN_SCOPE, type Platform } from './bundle.ts';

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
  emitTypes(folder);
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

/** Declarations of what `src/index.ts` reaches inside the package, in the layout of `src`. */
function emitTypes(folder: string): void {
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(formatted([diagnostic]));
    },
  };
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), {}, host);
  if (config === undefined) throw new Error(`${folder} has no tsconfig.json`);
  const ambient = config.fileNames.filter((file) => file.endsWith('.d.ts'));
  const { tsBuildInfoFile: _, ...options } = { ...config.options, composite: false, incremental: false };
  const program = ts.createProgram({
    rootNames: [join(folder, 'src/index.ts'), ...ambient],
    options,
  });
  const source = join(folder, 'src') + sep;
  const outDir = config.options.outDir ?? '';
  const rootDir = config.options.rootDir ?? '';
  const { diagnostics } = program.emit(undefined, (file, text) => {
    const origin = resolve(rootDir, relative(outDir, file));
    // Packages it imports are compiled along with it, and have their own declarations.
    if (!origin.startsWith(source)) return;
    const target = join(folder, 'dist/types', relative(source, origin));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  });
  // The same holds for their faults, which may only be for want of their own ambient declarations.
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics].filter(
    ({ file }) => file === undefined || resolve(file.fileName).startsWith(source),
  );
  if (problems.length > 0) throw new Error(formatted(problems));
}

function formatted(diagnostics: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => '\n',
  });
}
