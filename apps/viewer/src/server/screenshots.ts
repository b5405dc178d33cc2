import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '@ablation-cam/tools/chromium';
import { buildSite } from './build.ts';
import { readSite } from './read-site.ts';
import { serve } from './serve.ts';

const SITE = fileURLToPath(new URL('../../dist/site', import.meta.url));
const PICTURES = fileURLToPath(new URL('../../../../docs/images', import.meta.url));

const shots = [
  {
    name: 'viewer.png',
    hash: '#sample=tissue:0',
    colorScheme: 'light',
    viewport: { width: 1280, height: 720 },
    fullPage: false,
  },
  {
    name: 'viewer-channels.png',
    hash: '#sample=mnist1d:0&channel=9&off=9,19',
    colorScheme: 'dark',
    viewport: { width: 1280, height: 720 },
    fullPage: true,
  },
] as const;

/** Pictures of the viewer for the documentation. */
export async function makeScreenshots(): Promise<void> {
  await buildSite(SITE);
  const server = await serve(await readSite(SITE), 0);
  const browser = await launchChromium();
  try {
    for (const { name, hash, fullPage, ...options } of shots) {
      const context = await browser.newContext({ ...options, locale: 'en-US' });
      const page = await context.newPage();
      // A busy machine takes its time over a large picture.
      page.setDefaultTimeout(120_000);
      await page.goto(server.url + hash);
      await page.locator('main[aria-busy=false] .stage :is(img, canvas)').first().waitFor();
      await page.locator('.sample .caption').first().waitFor();
      await page.locator('canvas.channel-map').waitFor();
      await page.screenshot({ path: join(PICTURES, name), fullPage });
      console.log(join(PICTURES, name));
      await context.close();
    }
  } finally {
    await browser.close();
    server.close();
  }
}
