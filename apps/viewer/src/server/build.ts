import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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
  await copyFile(join(SOURCE, 'page/index.html'), join(folder, 'index.html'));
  const { resolve } = createRequire(import.meta.url);
  const wasmFolder = dirname(resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  await Promise.all(WASM_FILES.map((name) => copyFile(join(wasmFolder, name), join(folder, name))));
  await writeFile(join(folder, 'meta.json'), JSON.stringify(metafile));
  return { folder, sizes: await sizesOf(folder, metafile) };
}

async function sizesOf(folder: string, metafile: Metafile): Promise<SiteSizes> {
  const outputs = Object.values(metafile.outputs);
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
  const names = (await readdir(folder)).filter((name) => name !== 'meta.json');
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}
