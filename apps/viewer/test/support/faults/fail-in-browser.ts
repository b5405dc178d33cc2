import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleToRun } from '@ablation-cam/tools/bundle';
import { launchChromium } from '@ablation-cam/tools/chromium';
import { awaitPoints } from '@ablation-cam/tools/await-points';
import type { FaultOptions } from '@ablation-cam/tools/faults-in-browser';
import { buildSite } from '../../../src/server/build.ts';
import { readSite } from '../../../src/server/read-site.ts';
import { serve } from '../../../src/server/serve.ts';

const IN_WORKER = new URL('./in-worker.ts', import.meta.url).pathname;

type Told =
  | { readonly lines: readonly string[]; readonly violations: number }
  | { readonly error: string }
  | { readonly done: number; readonly all: number };

/** Fails the viewer's worker where it runs: in a worker of a headless Chromium, with that one's WebGPU. */
export async function failInBrowser(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { sample: { type: 'string' }, seed: { type: 'string' }, at: { type: 'string' } },
  });
  const options: FaultOptions = {
    ...(values.sample !== undefined && {
      sample: { strikes: Number(values.sample), seed: Number(values.seed ?? 1) },
    }),
    ...(values.at !== undefined && { at: values.at }),
  };
  const folder = await mkdtemp(join(tmpdir(), 'faults-'));
  await buildSite(folder);
  const outputs = { entryPoints: { faults: IN_WORKER }, outdir: folder, sourcemap: 'inline' } as const;
  await bundleToRun('browser', outputs, [awaitPoints]);
  await writeFile(join(folder, 'blank.html'), '<!doctype html>');
  const server = await serve(await readSite(folder), 0);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.exposeFunction('told', (told: Told) => {
      if ('done' in told) console.log(`${told.done} of ${told.all} faults`);
    });
    await page.goto(`${server.url}blank.html`);
    const told = await page.evaluate(
      (wanted) =>
        new Promise<Told>((resolve) => {
          const worker = new Worker('faults.js', { type: 'module' });
          const { told: tell } = globalThis as unknown as { told: (told: Told) => void };
          worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
            if ('done' in data) tell(data);
            else resolve(data);
          });
          worker.addEventListener('error', ({ message }) => {
            resolve({ error: message });
          });
          worker.postMessage(wanted);
        }),
      options,
    );
    if (!('lines' in told)) throw new Error('error' in told ? told.error : 'The worker told nothing.');
    for (const line of told.lines) console.log(line);
    process.exitCode = told.violations === 0 ? 0 : 1;
  } finally {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true });
  }
}
