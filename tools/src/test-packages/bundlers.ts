import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../workspace.ts';
import type { InstalledProject } from './installed-project.ts';

/** A bundler as its users have it: what is installed, what builds the app, and where that lies then. */
export interface Bundler {
  readonly name: string;
  readonly packages: readonly string[];
  /** A program for Node, in the folder of the app. */
  readonly program: string;
}

export const BUNDLERS: readonly Bundler[] = [
  {
    name: 'esbuild',
    packages: ['esbuild@0.28'],
    program: `
import { copyFile } from 'node:fs/promises';
import { build } from 'esbuild';
const entryPoints = ['main.js', 'worker.js'];
await build({ entryPoints, bundle: true, splitting: true, format: 'esm', minify: true, outdir: 'site', loader: { '.wasm': 'file' } });
await copyFile('index.html', 'site/index.html');`,
  },
  {
    name: 'vite',
    packages: ['vite@8'],
    program: `
import { build } from 'vite';
await build({ base: './', build: { outDir: 'site', target: 'es2023' }, worker: { format: 'es' }, logLevel: 'error' });`,
  },
  {
    name: 'webpack',
    packages: ['webpack@5'],
    program: `
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import webpack from 'webpack';
const stats = await promisify(webpack)({
  mode: 'production', entry: './main.js', context: import.meta.dirname, performance: false,
  output: { path: import.meta.dirname + '/site', filename: 'main.js' },
});
if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
await copyFile('index.html', 'site/index.html');`,
  },
];

/** Builds the app with a bundler in the project; returns the folder to serve. */
export async function buildApp(
  project: InstalledProject,
  { name, packages, program }: Bundler,
): Promise<string> {
  await project.install(...packages);
  const folder = join(project.folder, name);
  const source = join(REPOSITORY, 'tools/test-apps');
  await mkdir(folder);
  for (const file of ['main.js', 'worker.js', 'index.html'])
    await copyFile(join(source, file), join(folder, file));
  await copyFile(join(source, `wasm-path-${name}.js`), join(folder, 'wasm-path.js'));
  await writeFile(join(folder, 'build.mjs'), program);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await project.run(process.execPath, ['build.mjs'], {}, folder);
  return join(folder, 'site');
}
