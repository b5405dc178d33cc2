import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleToRun } from './bundle.ts';
import { launchChromium } from './chromium.ts';
import { denoCommand } from './deno.ts';
import { callInDeno, type BundleCall } from './test-runner/call-in-deno.ts';
import { callInPage } from './test-runner/call-in-page.ts';

/** Where a module can be called besides this process. */
export type Elsewhere = 'browser' | 'deno';

/**
 * Bundles a module of the package in the current folder from source, and calls its `run(print, ...args)` in headless Chromium or
 * in Deno. Arguments and result go as JSON.
 *
 * @throws Error where there is no such runtime, it ends before `run` returns, or takes longer than the limit
 */
export async function callElsewhere<T>(
  where: Elsewhere,
  module: string,
  { args, timeoutMs }: Pick<BundleCall, 'args' | 'timeoutMs'>,
): Promise<T> {
  const packageFolder = process.cwd();
  await mkdir('.test', { recursive: true });
  const bundle = await mkdtemp(join(packageFolder, '.test', `${where}-`));
  try {
    await bundleToRun('browser', {
      entryPoints: { entry: module },
      outdir: bundle,
      sourcemap: 'linked',
      sourcesContent: false,
    });
    const call = { bundle, packageFolder, timeoutMs, args: args ?? [] };
    return await (where === 'deno' ? inDeno<T>(call) : inPage<T>(call));
  } finally {
    await rm(bundle, { recursive: true });
  }
}

async function inDeno<T>(call: BundleCall): Promise<T> {
  const deno = await denoCommand();
  if (!deno) throw new Error('Deno runs here with a GPU driver for linux x64 only; choose another runtime.');
  const { value, end } = await callInDeno<T>(deno, call);
  if (value === undefined) throw new Error(`The Deno process ended by ${end} before there was a result.`);
  return value;
}

async function inPage<T>(call: BundleCall): Promise<T> {
  const browser = await launchChromium();
  try {
    return await callInPage<T>(browser, call);
  } finally {
    await browser.close();
  }
}
