import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSite } from './read-site.ts';
import { pack } from './site-file.ts';
import { bundleOptions } from '@ablation-cam/tools/bundle';
import { build, type Metafile, type Plugin } from 'esbuild';

/** What the page's files weigh, in bytes. */
export interface SiteSizes {
  /** Scripts and styles, without the embedded weights and photographs. */
  readonly code: number;
  /** What of them page and worker load before a file is opened. */
  readonly start: number;
  /** What of them the page's own thread loads. */
  readonly page: number;
  /** Embedded models and photographs, inside the scripts as text. */
  readonly weights: number;
  /** TensorFlow.js's WASM binaries, of which a browser loads one. */
  readonly wasm: number;
  /** What a first visit fetches for the default example, all of the first view with it, compressed as it is served. */
  readonly transfer: number;
}

export interface Site {
  readonly folder: string;
  readonly sizes: SiteSizes;
  /** The files that a first visit fetches. */
  readonly first: readonly string[];
}

const SOURCE = fileURLToPath(new URL('..', import.meta.url));
/** What `index.html` and the page load by name. */
const ENTRIES = ['page.js', 'worker.js', 'style.css'];
/** Scripts by themselves, which load nothing more. */
const SCRIPTS = {
  'check-origin': 'page/check-origin.ts',
  'known-language': 'page/known-language.ts',
  embed: 'element/ablation-cam-viewer.ts',
};
/**
 * What the page may weigh at most, in bytes. It weighed 2,290,271 before it opened ONNX and Keras 3, which may cost it 400 kB, and 370
 * kB less since parts of TensorFlow.js that nothing uses are left out; what reads files is fetched when one is opened, but for what
 * reads GraphModels: `networkOf` takes those at once. The kernels are laid out for hardware and for software adapters, both of which
 * come along. Shelf, wall, blocks of layers and reports may cost another 110 kB, of which what the first picture does not need is
 * fetched when it is used. The page has files of its own, 200 kB of which are the worker's as well, and no part of TensorFlow.js. Tables
 * of class names, the tour and results of whole data sets may cost another 250 kB, fetched when they are used, but for 15 kB of the page
 * that know when that is. What a first visit fetches is counted as it is sent.
 */
const BUDGET = { code: 3_250_000, start: 2_000_000, page: 360_000, transfer: 1_200_000 } as const;
/** What of the scripts that are fetched when they are used the default example uses, where the GPU is none of hardware. */
const DEFAULT_EXAMPLE =
  /^(tissue|(tumor|stroma|complex|lympho|debris|mucosa|adipose|empty)-1|channels-panel|shelf-database|executor-ranking|reference-ablation|wasm-repairs|device|measure-speed|tfjs-program|program-ablation)-[A-Z0-9]{8}\.js$/;
/** What is fetched besides scripts that import each other. */
const PLAIN_FILES = ['index.html', 'check-origin.js', 'known-language.js', 'tfjs-backend-wasm-simd.wasm'];
/** Of the three builds of the WASM backend; threads are not used, see the worker. */
const WASM_FILES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];

/**
 * Bundles the page and its worker into `folder`, which is emptied first.
 *
 * @throws RangeError where they weigh more than they may
 */
export async function buildSite(folder: string): Promise<Site> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const shared = {
    ...bundleOptions('browser'),
    outdir: folder,
    minify: true,
    metafile: true,
    splitting: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
  } as const;
  // By itself: cut into shared files together with the worker, the page would load whatever else lies in the files of the
  // packages it takes a function from.
  const [page, worker] = await Promise.all([
    build({
      ...shared,
      entryPoints: { page: join(SOURCE, 'page/main.tsx'), style: join(SOURCE, 'page/style.css') },
      plugins: [withoutTensorFlow, withoutExecutors],
      // What is imported beside what the page uses names TensorFlow.js's functions.
      logOverride: { 'import-is-undefined': 'silent' },
    }),
    build({
      ...shared,
      entryPoints: { worker: join(SOURCE, 'worker/worker.ts') },
      plugins: [withoutOthers],
    }),
  ]);
  const outputs = { ...page.metafile.outputs, ...worker.metafile.outputs };
  const metafile = { inputs: { ...page.metafile.inputs, ...worker.metafile.inputs }, outputs };
  const used = await keepUsed(folder, metafile);
  await buildScripts(folder, SCRIPTS, {});
  await copyFile(join(SOURCE, 'page/index.html'), join(folder, 'index.html'));
  const { resolve } = createRequire(import.meta.url);
  const wasmFolder = dirname(resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  await Promise.all(WASM_FILES.map((name) => copyFile(join(wasmFolder, name), join(folder, name))));
  const files = await hashesOf(folder);
  const version = createHash('sha256').update(JSON.stringify(files)).digest('base64url').slice(0, 12);
  await buildScripts(
    folder,
    { 'service-worker': 'service-worker/service-worker.ts' },
    { SITE_FILES: JSON.stringify(files), SITE_VERSION: JSON.stringify(version) },
  );
  const first = firstFiles(metafile, used);
  const sizes = await sizesOf(folder, metafile, used, first);
  refuseTooHeavy(sizes);
  return { folder, sizes, first };
}

/** Parts of TensorFlow.js that come with it and that nothing here uses: a backend that is none of ours, and its data sets. */
const withoutOthers = without(
  'others',
  /^@tensorflow\/tfjs-(backend-webgl|data)$/,
  'version_webgl',
  'version_data',
);

/** TensorFlow.js is the worker's. What of the packages asks for it does not run on the page's thread, and would find nothing there. */
const withoutTensorFlow = without('tensorflow', /^@tensorflow\//);

/** So are executors, whose ranking the bundler would keep, since it is imported when it is needed. */
const withoutExecutors = without('executors', /\/executor-ranking\.ts$/, 'ExecutorRanking');

/**
 * Leaves packages out: what is imported from them is `undefined`.
 *
 * @param named what has to be there by name, where the bundler would complain
 */
function without(name: string, filter: RegExp, ...named: readonly string[]): Plugin {
  const contents = `export {}; ${named.map((each) => `export let ${each};`).join('')}`;
  return {
    name: `without-${name}`,
    setup(build) {
      build.onResolve({ filter }, () => ({ path: name, namespace: name, sideEffects: false }));
      build.onLoad({ filter: /./, namespace: name }, () => ({ contents }));
    },
  };
}

/** Bundles classic scripts, each whole by itself. */
async function buildScripts(
  folder: string,
  sources: Readonly<Record<string, string>>,
  define: Record<string, string>,
): Promise<void> {
  await build({
    ...bundleOptions('browser'),
    format: 'iife',
    entryPoints: Object.fromEntries(
      Object.entries(sources).map(([name, path]) => [name, join(SOURCE, path)]),
    ),
    outdir: folder,
    minify: true,
    define,
  });
}

/** The site's files with their SHA-256 in base64: what the service worker keeps, all of one build. */
async function hashesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const site = await readSite(folder);
  const names = [...site.keys()].filter((name) => name !== 'embed.js').sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(site.get(name) ?? '')
        .digest('base64'),
    ]),
  );
}

/** @throws RangeError for a page that weighs more than it may, saying what to do */
export function refuseTooHeavy(sizes: Pick<SiteSizes, keyof typeof BUDGET>, budget = BUDGET): void {
  for (const part of ['code', 'start', 'page', 'transfer'] as const) {
    if (sizes[part] <= budget[part]) continue;
    throw new RangeError(
      `The page's ${part} weighs ${sizes[part]} bytes, more than the ${budget[part]} it may: import what few need when it is ` +
        "needed, with import(), or raise the budget in the viewer's build.ts and say why.",
    );
  }
}

/**
 * Removes scripts that nothing imports and returns the paths of the others: esbuild makes a file of each dynamic import before it
 * leaves out the function that has it, such as those that draw reports.
 */
async function keepUsed(folder: string, metafile: Metafile): Promise<ReadonlySet<string>> {
  const used = reachable(metafile, ENTRIES, () => true);
  for (const path of Object.keys(metafile.outputs))
    if (!used.has(path)) await rm(join(folder, basename(path)));
  return used;
}

/** The files that entries import, directly or not. */
function reachable(
  { outputs }: Metafile,
  entries: readonly string[],
  follows: (kind: string) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: imported, external, kind } of outputs[path]?.imports ?? [])
      if (external !== true && follows(kind)) visit(imported);
  };
  for (const path of Object.keys(outputs)) if (entries.includes(basename(path))) visit(path);
  return found;
}

/** The files that a first visit fetches, by their names. */
function firstFiles(metafile: Metafile, used: ReadonlySet<string>): readonly string[] {
  const later = [...used].map((path) => basename(path));
  const entries = [...ENTRIES, ...later.filter((name) => DEFAULT_EXAMPLE.test(name))];
  const scripts = reachable(metafile, entries, (kind) => kind !== 'dynamic-import');
  return [...[...scripts].map((path) => basename(path)), ...PLAIN_FILES];
}

async function transferOf(folder: string, names: readonly string[]): Promise<number> {
  const packed = await Promise.all(
    names.map(async (name) => (await pack(await readFile(join(folder, name)), 'br')).length),
  );
  return packed.reduce((sum, length) => sum + length, 0);
}

async function sizesOf(
  folder: string,
  metafile: Metafile,
  used: ReadonlySet<string>,
  first: readonly string[],
): Promise<SiteSizes> {
  const atStart = reachable(metafile, ENTRIES, (kind) => kind !== 'dynamic-import');
  const all = Object.entries(metafile.outputs);
  const bytes = (paths: ReadonlySet<string>): number =>
    all.filter(([path]) => paths.has(path)).reduce((sum, [, output]) => sum + output.bytes, 0);
  const weights = all
    .filter(([path]) => used.has(path))
    .flatMap(([, { inputs }]) => Object.entries(inputs))
    .filter(([path]) => /\.(bin|webp)$/.test(path))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wasm'));
  const files = await Promise.all(names.map((name) => stat(join(folder, name))));
  return {
    code: bytes(used) - weights,
    start: bytes(atStart),
    page: bytes(reachable(metafile, ['page.js'], (kind) => kind !== 'dynamic-import')),
    weights,
    wasm: files.reduce((sum, { size }) => sum + size, 0),
    transfer: await transferOf(folder, first),
  };
}
