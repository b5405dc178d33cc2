import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '@ablation-cam/tools/chromium';
import type { Page } from 'playwright-core';
import { buildSite } from './build.ts';
import { readSite } from './read-site.ts';
import { serve } from './serve.ts';

const SITE = fileURLToPath(new URL('../../dist/site', import.meta.url));
/** The tree of the page as it starts for somebody who is here for the first time. */
export const GOLDEN_TREE = fileURLToPath(new URL('../../test/golden/start-tree.txt', import.meta.url));

/** What differs between machines, or in the last digits between what computes. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/^(\s*- paragraph: ).*, explained in .*$/gm, '$1(what computes, and how long it took)'],
  [/([<>]\s)?\d+(\.\d+)?\s%/g, '(share)'],
  [/[+−]?\d+\.\d+(e[-+−]?\d+)?/g, '(number)'],
];

/**
 * Returns the page as assistive technology is given it, when all of the start is there: roles, names and states, without what differs
 * between machines.
 */
export async function startTree(page: Page): Promise<string> {
  await page.locator('main[aria-busy=false] .stage :is(img, canvas)').first().waitFor();
  await page.locator('.sample .caption').nth(7).waitFor();
  await page.locator('canvas.channel-map').waitFor();
  await page.locator('.job').waitFor({ state: 'detached' });
  const tree = await page.locator('body').ariaSnapshot();
  return `${VARYING.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), tree)}\n`;
}

/** Writes the tree of today's page in the place of the one that the test holds it against. */
export async function writeStartTree(): Promise<void> {
  await buildSite(SITE);
  const server = await serve(await readSite(SITE), 0);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1280, height: 720 } });
    // A busy machine takes its time.
    page.setDefaultTimeout(120_000);
    await page.goto(server.url);
    await mkdir(dirname(GOLDEN_TREE), { recursive: true });
    await writeFile(GOLDEN_TREE, await startTree(page));
    console.log(GOLDEN_TREE);
  } finally {
    await browser.close();
    server.close();
  }
}
