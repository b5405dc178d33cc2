import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { REPOSITORY } from '../workspace.ts';

/** One specifier that users import, `@ablation-cam/xai/drawing` for example. */
export interface PublishedEntry {
  readonly specifier: string;
  /** Its source below the package's folder, with slashes. */
  readonly source: string;
  /** The file name of its report: `drawing.api.md`, or `index.api.md` for the package's own name. */
  readonly report: string;
}

/** What has to be known of a package to read its declarations as its users do. */
export interface PublishedPackage {
  readonly folder: string;
  readonly entries: readonly PublishedEntry[];
  /** Where the compiler of the workspace has put the declaration of a source, relative to `folder` or to a link to it. */
  readonly declarationOf: (source: string) => string;
  /** Declarations of what the package itself imports by names that are no paths: `#platform`, other packages of the workspace. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, { readonly source?: string; readonly types?: string } | string>>;
  readonly imports?: Readonly<Record<string, { readonly default?: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The published packages among `folders`, without those that export nothing typed. */
export async function publishedPackages(folders: readonly string[]): Promise<PublishedPackage[]> {
  const read = await Promise.all(
    folders.map(async (folder) => {
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
      const { private: isPrivate = false } = manifest;
      return { folder, manifest, entries: isPrivate ? [] : typedEntries(manifest) };
    }),
  );
  const published = read.filter(({ entries }) => entries.length > 0);
  return published.map(({ folder, manifest, entries }) => {
    const paths: Record<string, string[]> = {};
    // Both platforms export the same.
    for (const [name, { default: source }] of Object.entries(manifest.imports ?? {})) {
      if (source !== undefined) paths[name] = [join(folder, declarationIn(folder, source))];
    }
    for (const other of published) {
      if (!Object.hasOwn(manifest.dependencies ?? {}, other.manifest.name)) continue;
      // Through the link in node_modules, so that what is another package's is imported in the report and not copied.
      const link = join(folder, 'node_modules', other.manifest.name);
      for (const { specifier, source } of other.entries) {
        paths[specifier] = [join(link, declarationIn(other.folder, source))];
      }
    }
    return { folder, entries, paths, declarationOf: (source) => declarationIn(folder, source) };
  });
}

/** Entries with types: others, such as what only tests of the workspace import, are not published. */
function typedEntries({ name, exports = {} }: Manifest): PublishedEntry[] {
  return Object.entries(exports).flatMap(([key, entry]) => {
    if (typeof entry === 'string' || entry.types === undefined || entry.source === undefined) return [];
    const within = key.replace(/^\.\/?/, '');
    return [
      {
        specifier: within === '' ? name : `${name}/${within}`,
        source: entry.source.replace(/^\.\//, ''),
        report: `${within === '' ? 'index' : within.replaceAll('/', '-')}.api.md`,
      },
    ];
  });
}

/** `tsc -b` keeps the layout of the whole repository below each project's `.tsc`. */
function declarationIn(folder: string, source: string): string {
  return join('.tsc', relative(REPOSITORY, folder), source.replace(/\.ts$/, '.d.ts'));
}
