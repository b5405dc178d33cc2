#!/usr/bin/env node
// Bundles a file of the package in the current folder from source and runs it with the arguments behind it.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const { bundleToRun } = await tsImport('./src/bundle.ts', import.meta.url);

const [file = '', ...args] = process.argv.slice(2);
await mkdir('.test', { recursive: true });
const folder = resolve(await mkdtemp(join('.test', 'run-')));
try {
  await bundleToRun('node', {
    entryPoints: { entry: resolve(file) },
    outdir: folder,
    sourcemap: 'inline',
    sourcesContent: false,
  });
  process.setSourceMapsEnabled(true);
  process.argv.splice(1, process.argv.length, file, ...args);
  await import(pathToFileURL(join(folder, 'entry.js')).href);
} finally {
  await rm(folder, { recursive: true });
}
