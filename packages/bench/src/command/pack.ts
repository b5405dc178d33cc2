import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundleOptions } from '@ablation-cam/tools/bundle';
import { reportingUvu, testEntry } from '@ablation-cam/tools/bundle-tests';
import { writeFileWhole } from '@ablation-cam/model';
import { unpackChromiumPackage } from '@ablation-cam/tools/chromium-package';
import { build, type BuildOptions } from 'esbuild';
import { hostFacts } from '#platform';
import { GPU_TESTS, KERNELS } from '../check/gpu-tests.ts';
import { BenchError } from '../errors.ts';
import { PACKAGE } from './repository.ts';

const LARGEST_BYTES = 60e6;

/** Commands that `run-command.ts` refuses outside a checkout. */
const CHECKOUT_ONLY = ['pack.ts', 'docs.ts', 'run-in-browser.ts'];

/** Native code that is copied or that only reading images and drawing needs. */
const LEFT_OUT = [
  'sharp',
  '@resvg/resvg-js',
  '@node-rs/crc32',
  'webgpu',
  '@sparticuz/chromium',
  'onnxruntime-node',
  'nsfwjs',
];

/**
 * `pnpm bench --pack OUT.tgz`: the bench and a check of the adapter, Dawn, a Vulkan loader, a software driver for machines without
 * any, and this Node, for linux x64. The archive unpacks `bench` and `check`, shell scripts, and the folder `lib`.
 *
 * @throws BenchError `unsupported` on another platform or past 60 MB
 */
export async function packCommand(out: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BenchError(
      'unsupported',
      `--pack makes an archive for linux x64 out of what runs here, and this is ${process.platform} ${process.arch}.`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-pack-'));
  try {
    const lib = join(folder, 'lib');
    await bundle(lib);
    await copyRuntime(lib);
    await writeLauncher(join(folder, 'bench'), 'main.js');
    await writeLauncher(join(folder, 'check'), 'check.js');
    // -9: a minute of packing saves everybody's download.
    const archive = join(folder, 'archive.tgz');
    await promisify(execFile)('tar', [
      '-I',
      'gzip -9',
      '-cf',
      archive,
      '-C',
      folder,
      'bench',
      'check',
      'lib',
    ]);
    await writeFileWhole(out, await readFile(archive));
  } finally {
    await rm(folder, { recursive: true });
  }
  const { size } = await stat(out);
  if (size > LARGEST_BYTES) {
    throw new BenchError(
      'unsupported',
      `${out} takes ${megabytes(size)}, more than ${megabytes(LARGEST_BYTES)}.`,
    );
  }
  process.stdout.write(
    `${out}: ${megabytes(size)}. On a linux x64 machine: tar xf ${out} && ./bench, or ./check\n`,
  );
}

async function bundle(lib: string): Promise<void> {
  const shared: BuildOptions = {
    ...bundleOptions('node'),
    outdir: lib,
    minify: true,
    keepNames: true,
    external: [...LEFT_OUT, ...CHECKOUT_ONLY.map((name) => join(PACKAGE, 'src', 'command', name))],
    banner: { js: await readFile(join(PACKAGE, 'pack', 'banner.txt'), 'utf8') },
  };
  const source = (...path: string[]): string => join(PACKAGE, 'src', ...path);
  await build({
    ...shared,
    entryPoints: { main: source('main.ts'), check: source('check', 'main.ts') },
  });
  await build({
    ...shared,
    stdin: { contents: testEntry(KERNELS, GPU_TESTS, 'node'), resolveDir: KERNELS, sourcefile: 'tests.js' },
    entryNames: 'tests',
    plugins: [reportingUvu],
  });
  await writeFile(join(lib, 'package.json'), '{ "type": "module" }\n');
}

async function copyRuntime(lib: string): Promise<void> {
  const require = createRequire(join(PACKAGE, 'package.json'));
  await copyFile(process.execPath, join(lib, 'node'));
  await chmod(join(lib, 'node'), 0o755);

  const dawn = dirname(require.resolve('webgpu'));
  const ownDawn = join(lib, 'node_modules', 'webgpu');
  for (const part of ['package.json', 'index.js', 'LICENSE.md', join('dist', 'linux-x64')]) {
    await cp(join(dawn, part), join(ownDawn, part), { recursive: true });
  }

  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  await mkdir(join(lib, 'wasm'));
  for (const variant of ['', '-simd', '-threaded-simd']) {
    const name = `tfjs-backend-wasm${variant}.wasm`;
    await copyFile(join(wasm, name), join(lib, 'wasm', name));
  }

  // The software driver is found as in a checkout: by the name of the package it comes in.
  const chromiumEntry = require.resolve('@sparticuz/chromium');
  const chromium = await packageRoot(chromiumEntry);
  const ownChromium = join(lib, 'node_modules', '@sparticuz', 'chromium');
  const { name, version, license } = JSON.parse(
    await readFile(join(chromium, 'package.json'), 'utf8'),
  ) as Record<string, string>;
  await mkdir(join(ownChromium, 'bin'), { recursive: true });
  await writeFile(
    join(ownChromium, 'package.json'),
    JSON.stringify({ name, version, license, main: 'package.json' }),
  );
  await copyFile(join(chromium, 'bin', 'swiftshader.tar.br'), join(ownChromium, 'bin', 'swiftshader.tar.br'));

  // The Vulkan loader, for machines that have a vendor's driver and no loader.
  const unpacked = await unpackChromiumPackage(chromiumEntry, ['swiftshader']);
  await mkdir(join(lib, 'vulkan'));
  await copyFile(join(unpacked, 'libvulkan.so.1'), join(lib, 'vulkan', 'libvulkan.so.1'));
}

async function packageRoot(entry: string): Promise<string> {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const found = await stat(join(folder, 'bin', 'swiftshader.tar.br')).catch(() => null);
    if (found) return folder;
  }
  throw new BenchError(
    'unsupported',
    `There is no software driver beside ${entry}; install the dependencies again.`,
  );
}

/** @param entry the bundle that it runs */
async function writeLauncher(path: string, entry: string): Promise<void> {
  const script = await readFile(join(PACKAGE, 'pack', 'launcher.sh'), 'utf8');
  const filled = script.replace('@COMMIT@', hostFacts().commit ?? '').replace('@ENTRY@', entry);
  await writeFile(path, filled, { mode: 0o755 });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
