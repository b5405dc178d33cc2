import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A package that some commands need, or go faster with. */
export interface PackageFacts {
  readonly name: string;
  /** Null where it is not installed. */
  readonly version: string | null;
  readonly use: string;
}

/** The packages that an installation may lack, and what for. */
const OPTIONAL: readonly { readonly name: string; readonly use: string; readonly on?: string }[] = [
  { name: 'sharp', use: 'reading PNG, JPEG and WebP' },
  { name: '@resvg/resvg-js', use: 'drawing PNG' },
  { name: 'dejavu-fonts-ttf', use: 'text in PNG' },
  { name: '@observablehq/plot', use: 'plots in reports' },
  { name: 'linkedom', use: 'plots in reports' },
  { name: 'webgpu', use: 'GPUs' },
  { name: '@sparticuz/chromium', use: 'a software GPU, for checks', on: 'linux x64' },
];

/** What is installed of the packages that some commands need. */
export function optionalPackages(): Promise<PackageFacts[]> {
  const here = `${process.platform} ${process.arch}`;
  const known = OPTIONAL.filter(({ on = here }) => on === here);
  return Promise.all(known.map(async ({ name, use }) => ({ name, use, version: await versionOf(name) })));
}

async function versionOf(name: string): Promise<string | null> {
  const { resolve } = createRequire(import.meta.url);
  // What a package exports says nothing of its package.json, which lies in a folder above.
  const entries = ['', '/package.json', '/worker'].flatMap((path) => {
    try {
      return [resolve(name + path)];
    } catch {
      return [];
    }
  });
  for (let folder = dirname(entries[0] ?? '/'); folder !== dirname(folder); folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
    if (text === null) continue;
    const manifest = manifestIn(text);
    if (manifest?.name === name) return manifest.version ?? null;
  }
  return null;
}

/** Null where it is damaged: then that package counts as not there. */
function manifestIn(text: string): { readonly name?: string; readonly version?: string } | null {
  try {
    return JSON.parse(text) as ReturnType<typeof manifestIn>;
  } catch {
    return null;
  }
}
