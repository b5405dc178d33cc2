import { copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOptions } from '@ablation-cam/tools/bundle';
import { build, type Metafile } from 'esbuild';

/** What the page's files weigh, in bytes. */
export interface SiteSizes {
  /** Scripts and styles, without the embedded weights. */
  readonly code: number;
  /** Embedded models, inside the scripts as text. */
  readonly weights: number;
  /** TensorFlow.js's WASM binaries, of which a browser loads one. */
  readonly wasm: number;
}

export interface Site {
  readonly folder: string;
  readonly sizes: SiteSizes;
}

const SOURCE = fileURLToPath(new URL('..', import.meta.url));
/** What `index.html` and the page load by name. */
const ENTRIES = ['page.js', 'worker.js', 'style.css'];
/** Of the three builds of the WASM backend; threads are not used, see the worker. */
const WASM_FILES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];

/** Bundles the page and its worker into `folder`, which is emptied first. */
export async function buildSite(folder: string): Promise<Site> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    ...bundleOptions('browser'),
    entryPoints: {
      page: join(SOURCE, 'page/main.tsx'),
      worker: join(SOURCE, 'worker/worker.ts'),
      style: join(SOURCE, 'page/style.css'),
    },
    outdir: folder,
    splitting: true,
    minify: true,
    metafile: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const outputs = await usedOutputs(folder, metafile);
  await copyFile(join(SOURCE, 'page/index.html'), join(folder, 'index.html'));
  const { resolve } = createRequire(import.meta.url);
  const wasmFolder = dirname(resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  await Promise.all(WASM_FILES.map((name) => copyFile(join(wasmFolder, name), join(folder, name))));
  return { folder, sizes: await sizesOf(folder, outputs) };
}

type Output = Metafile['outputs'][string];

/**
 * Removes scripts that nothing imports and returns the others: esbuild makes a file of each dynamic import before it leaves out the
 * function that has it, such as those that draw reports.
 */
async function usedOutputs(folder: string, { outputs }: Metafile): Promise<Output[]> {
  const used = new Set<string>();
  const visit = (path: string): void => {
    if (used.has(path)) return;
    used.add(path);
    for (const { path: imported, external } of outputs[path]?.imports ?? [])
      if (external !== true) visit(imported);
  };
  for (const path of Object.keys(outputs)) if (ENTRIES.includes(basename(path))) visit(path);
  for (const path of Object.keys(outputs)) if (!used.has(path)) await rm(join(folder, basename(path)));
  return [...used].map((path) => outputs[path]).filter((output) => output !== undefined);
}

async function sizesOf(folder: string, outputs: readonly Output[]): Promise<SiteSizes> {
  const all = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const weights = outputs
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([path]) => path.endsWith('.bin'))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wasm'));
  const files = await Promise.all(names.map((name) => stat(join(folder, name))));
  return { code: all - weights, weights, wasm: files.reduce((sum, { size }) => sum + size, 0) };
}

/** The site's files, so that serving them reads nothing from the disk. */
export async function readSite(folder: string): Promise<Map<string, Uint8Array>> {
  const names = await readdir(folder);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}
