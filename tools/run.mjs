#!/usr/bin/env node
// Bundles a file of the package in the current folder from source and runs it with the arguments behind it; with
// --await-points in front, every await of the sources is a point at which faults can be made to happen.
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const { bundleToRun } = await tsImport('./src/bundle.ts', import.meta.url);

const given = process.argv.slice(2);
const plugins = [];
if (given[0] === '--await-points') {
  given.shift();
  const { awaitPoints } = await tsImport('./src/faults/await-points.ts', import.meta.url);
  plugins.push(awaitPoints);
}
const [file = '', ...args] = given;
await mkdir('.test', { recursive: true });
const folder = resolve(await mkdtemp(join('.test', 'run-')));
const remove = () => rmSync(folder, { recursive: true, force: true });
// A program may end the process by itself.
process.on('exit', remove);
try {
  await bundleToRun(
    'node',
    { entryPoints: { entry: resolve(file) }, outdir: folder, sourcemap: 'inline', sourcesContent: false },
    plugins,
  );
  process.setSourceMapsEnabled(true);
  const entry = join(folder, 'entry.js');
  // As if the bundle had been called: programs start themselves again in threads and processes.
  process.argv.splice(1, process.argv.length, entry, ...args);
  await import(pathToFileURL(entry).href);
} finally {
  remove();
}
