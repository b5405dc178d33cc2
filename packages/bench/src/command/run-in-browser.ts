import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleToRun } from '@ablation-cam/tools/bundle';
import { launchChromium } from '@ablation-cam/tools/chromium';
import { servePage } from '@ablation-cam/tools/page-server';
import { hostFacts } from '#platform';
import type { BenchRun } from '../results/result.ts';
import type { BenchHooks, BenchRequest } from '../run-bench.ts';
import { PACKAGE } from './repository.ts';

/** Runs the same cases in a page of a headless Chromium. What the page cannot know of this computer is filled in. */
export async function runInBrowser(request: BenchRequest, { signal, onStep }: BenchHooks): Promise<BenchRun> {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-bench-'));
  try {
    await bundleToRun('browser', { entryPoints: [join(PACKAGE, 'src', 'page.ts')], outdir: folder });
    const server = await servePage(PACKAGE, folder);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(server.url);
      await page.exposeFunction('benchStep', onStep);
      const entry = JSON.stringify(`${server.url}bundle/page.js`);
      signal.addEventListener(
        'abort',
        () => void page.evaluate(`import(${entry}).then(({ abort }) => abort())`),
      );
      const host = hostFacts();
      const asked = JSON.stringify({ ...request, commit: host.commit });
      // As text: a function would arrive with helpers of the transpiler, which the page does not have.
      const run = await page.evaluate<BenchRun>(
        `import(${entry}).then(({ run }) => run(${asked}, (...step) => window.benchStep(...step)))`,
      );
      const { platform, processor, load } = host;
      return { ...run, environment: { ...run.environment, platform, processor, load } };
    } finally {
      await browser.close();
      server.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
