import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import type { BareProject } from '../packed-project.ts';

/** Files of a bundle, compressed. */
export interface BundledFile {
  /** As the library calls it, without what tells its versions apart. */
  readonly name: string;
  /** The module that it was made for, or empty. */
  readonly source: string;
  readonly gzipBytes: number;
  /** Files that come along with it. */
  readonly needs: readonly string[];
}

/** A program and what it fetches when it needs that, as a bundler lays it out. */
export interface Bundle {
  readonly entry: string;
  readonly files: ReadonlyMap<string, BundledFile>;
}

/**
 * Bundles a program of a project as its user would, for browsers, minified and in files that are fetched when needed, without
 * TensorFlow.js.
 *
 * @param program its text
 */
export async function bundleProgram(project: BareProject, name: string, program: string): Promise<Bundle> {
  await project.write(`${name}.mjs`, program);
  const { outputFiles, metafile } = await build({
    absWorkingDir: project.folder,
    entryPoints: [`${name}.mjs`],
    outdir: 'site',
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    metafile: true,
    write: false,
    external: ['@tensorflow/*'],
    logLevel: 'error',
  });
  const files = new Map<string, BundledFile>();
  for (const { path, contents } of outputFiles) {
    const key = path.slice(project.folder.length + 1).replaceAll('\\', '/');
    const output = metafile.outputs[key];
    if (!output) throw new Error(`esbuild says nothing of ${key}.`);
    const { length: gzipBytes } = await promisify(gzip)(contents, { level: 9 });
    files.set(key, {
      name: nameOf(output),
      source: output.entryPoint ?? '',
      gzipBytes,
      needs: neededBy(output),
    });
  }
  return { entry: join('site', `${name}.js`).replaceAll('\\', '/'), files };
}

/**
 * The compressed bytes of a program and of what it has fetched once it has used some parts.
 *
 * @param fetched names of files that are fetched when needed, such as `prepare-plan`
 * @throws Error for a name that no file has
 */
export function gzipBytes({ entry, files }: Bundle, fetched: readonly string[]): number {
  const found = new Set<string>();
  const visit = (path: string): void => {
    const file = files.get(path);
    if (!file || found.has(path)) return;
    found.add(path);
    for (const next of file.needs) visit(next);
  };
  visit(entry);
  for (const name of fetched) {
    const [path] = [...files].find(([, file]) => file.name === name) ?? [];
    if (path === undefined) throw new Error(`No file of the bundle is called ${name}.`);
    visit(path);
  }
  return [...found].reduce((sum, path) => sum + (files.get(path)?.gzipBytes ?? 0), 0);
}

type Output = Metafile['outputs'][string];

function nameOf({ entryPoint = '' }: Output): string {
  return /([^/]+?)(?:-[A-Z0-9]{8})?\.m?js$/.exec(entryPoint)?.[1] ?? '';
}

function neededBy({ imports }: Output): string[] {
  return imports.flatMap(({ path, kind, external }) =>
    external !== true && kind !== 'dynamic-import' ? [path] : [],
  );
}
