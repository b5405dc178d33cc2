import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import ts from 'typescript';
import type { BuiltManifest } from './build-package.ts';
import { bundleOptions, OWN_SCOPE } from './bundle.ts';
import { packageOf } from './package-name.ts';
import { noticesOf } from './third-party.ts';

/**
 * Writes the modules that sources of a package reach to its `dist`, one file each, so that bundlers leave out what a program does
 * not use and fetch what it imports when needed. Shaders and weights are inside; what goes inside of other packages is in
 * `dist/inside`, one file for each.
 *
 * @param entries paths from `folder`
 * @returns the notices for what is inside
 * @throws Error for an import that an installed package would not find
 */
export async function emitModules(
  folder: string,
  manifest: BuiltManifest,
  entries: readonly string[],
): Promise<string> {
  const graph = await reachedModules(folder, manifest, entries);
  await build({
    ...bundleOptions('browser'),
    entryPoints: [...graph.modules],
    outbase: join(folder, 'src'),
    outdir: join(folder, 'dist'),
    plugins: [modulesApart(folder, manifest)],
  });
  const inside = [...graph.inside].map(([specifier, names]) => ({ specifier, names: [...names].sort() }));
  if (inside.length === 0) return '';
  const { metafile } = await build({
    ...bundleOptions('browser'),
    entryPoints: inside.map(({ specifier }) => ({ in: `inside:${specifier}`, out: insideName(specifier) })),
    outdir: join(folder, 'dist/inside'),
    splitting: true,
    chunkNames: 'shared-[hash]',
    metafile: true,
    plugins: [insideEntries(folder, inside), nodeOutside],
  });
  return noticesOf(metafile);
}

interface ReachedModules {
  /** Absolute paths. */
  readonly modules: ReadonlySet<string>;
  /** What is used of the packages that go inside, by what is imported. */
  readonly inside: ReadonlyMap<string, ReadonlySet<string>>;
}

async function reachedModules(
  folder: string,
  manifest: BuiltManifest,
  entries: readonly string[],
): Promise<ReachedModules> {
  const modules = new Set<string>();
  const inside = new Map<string, Set<string>>();
  const visit = async (path: string): Promise<void> => {
    if (modules.has(path)) return;
    modules.add(path);
    for (const { specifier, names } of importsOf(await readFile(path, 'utf8'), path)) {
      if (specifier.startsWith('.')) {
        if (specifier.endsWith('.ts')) await visit(resolve(dirname(path), specifier));
        continue;
      }
      if (!goesInside(manifest, specifier)) continue;
      const known = inside.get(specifier) ?? new Set();
      inside.set(specifier, new Set([...known, ...names]));
    }
  };
  for (const entry of entries) await visit(join(folder, entry));
  return { modules, inside };
}

/** What is imported when the program runs; types are not. @throws Error for `import * as` of what goes inside */
function importsOf(text: string, path: string): { specifier: string; names: string[] }[] {
  const found: { specifier: string; names: string[] }[] = [];
  const add = (module: ts.Expression | undefined, names: string[]): void => {
    if (module && ts.isStringLiteral(module)) found.push({ specifier: module.text, names });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) {
      const { name, namedBindings } = node.importClause ?? {};
      const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
      const values = named
        .filter(({ isTypeOnly }) => !isTypeOnly)
        .map((element) => (element.propertyName ?? element.name).text);
      if (name || values.length > 0 || !namedBindings || ts.isNamespaceImport(namedBindings))
        add(node.moduleSpecifier, values);
    } else if (ts.isExportDeclaration(node) && !node.isTypeOnly) {
      const named =
        node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : null;
      if (named === null || named.some(({ isTypeOnly }) => !isTypeOnly)) add(node.moduleSpecifier, []);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], []);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return found;
}

/** The workspace's tools are not published: what is used of them goes inside as well. */
function goesInside({ inside = [] }: BuiltManifest, specifier: string): boolean {
  return specifier.startsWith(`${OWN_SCOPE}tools/`) || inside.includes(packageOf(specifier));
}

function insideName(specifier: string): string {
  return specifier.replace(OWN_SCOPE, '').replace('@', '').replaceAll('/', '-');
}

/** Leaves each module in a file of its own, under the name it has in `dist`. */
function modulesApart(folder: string, manifest: BuiltManifest): Plugin {
  const { name, dependencies, peerDependencies } = manifest;
  const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
  const source = join(folder, 'src');
  return {
    name: 'modules-apart',
    setup(build) {
      build.onResolve({ filter: /./ }, ({ path, kind, resolveDir }) => {
        if (kind === 'entry-point') return undefined;
        if (path === '#platform' || path.startsWith('node:')) return { path, external: true };
        if (path.startsWith('.')) {
          return path.endsWith('.ts') ? { path: path.replace(/\.ts$/, '.js'), external: true } : undefined;
        }
        if (goesInside(manifest, path)) {
          const up = relative(resolveDir, source).replaceAll('\\', '/') || '.';
          return { path: `${up}/inside/${insideName(path)}.js`, external: true };
        }
        const dependency = packageOf(path);
        if (declared.has(dependency)) return { path, external: true };
        return { errors: [{ text: `${dependency} is imported, but is no dependency of ${name}` }] };
      });
    },
  };
}

interface Inside {
  readonly specifier: string;
  readonly names: readonly string[];
}

/** Entries that pass on what is used of a package. */
function insideEntries(folder: string, inside: readonly Inside[]): Plugin {
  return {
    name: 'inside-entries',
    setup(build) {
      build.onResolve({ filter: /^inside:/ }, ({ path }) => ({ path: path.slice(7), namespace: 'inside' }));
      build.onLoad({ filter: /./, namespace: 'inside' }, ({ path }) => {
        const { names = [] } = inside.find(({ specifier }) => specifier === path) ?? {};
        return {
          contents: `export { ${names.join(', ')} } from ${JSON.stringify(path)};`,
          resolveDir: join(folder, 'src'),
        };
      });
    },
  };
}

const nodeOutside: Plugin = {
  name: 'node-outside',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true }));
  },
};
