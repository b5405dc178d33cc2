import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { overflowOf } from '../test/support/axe.ts';
import { COUNT_JUMPS } from '../test/support/jumps.ts';
import { explained, type ViewerSite } from '../test/support/viewer-page.ts';
import type { Device } from './looks.ts';
import type { MadeFolders } from './made-files.ts';
import type { Scene } from './scenes.ts';

export interface Picture {
  readonly scene: string;
  readonly look: string;
  readonly file: string;
  /** Whether it is of the whole page, not of what the window shows of it. */
  readonly isWhole: boolean;
}

/** What has changed is drawn by then, also what is below the window. */
const SETTLED_MS = 500;

/** Plays a scene on a device, takes those of the pictures that are of its looks, and says on the console what no picture shows. */
export async function takePictures(
  site: ViewerSite,
  made: MadeFolders,
  { name, hash = '', isExpert = false, steps }: Scene,
  { isPhone, looks, ...device }: Device,
  pictures: readonly Picture[],
  folder: string,
): Promise<void> {
  const wanted = looks.flatMap((look) => {
    const picture = pictures.find((each) => each.look === look.name);
    return picture ? [{ look, picture }] : [];
  });
  const [first] = wanted;
  if (!first) return;
  const viewer = await site.open({
    hash,
    isExpert,
    isPhone,
    viewport: first.look.size,
    colorScheme: first.look.colorScheme,
    pagePrelude: COUNT_JUMPS,
  });
  try {
    const { page } = viewer;
    await explained(page);
    // What a first visit waits for besides the picture.
    await page.locator('.sample.empty').first().waitFor({ state: 'detached' });
    await page.locator('.job').waitFor({ state: 'detached' });
    const shown = (await steps?.(page, made)) ?? page;
    const jumps = await page.evaluate<number>('jumps');
    let overflow = 0;
    for (const { look, picture } of wanted) {
      await shown.setViewportSize(look.size);
      await shown.emulateMedia({
        colorScheme: look.colorScheme,
        forcedColors: look.isForced ? 'active' : 'none',
      });
      await settled(shown);
      overflow = Math.max(overflow, await overflowOf(shown));
      // What is below the window is drawn for the first, and on the second.
      if (picture.isWhole) await shown.screenshot({ fullPage: true });
      await shown.screenshot({ path: join(folder, picture.file), fullPage: picture.isWhole });
    }
    const told = [`${wanted.length} pictures`, `jumps ${jumps.toFixed(2)}`, ...viewer.complaints];
    if (overflow > 0) told.push(`${overflow} pixels wider than the window`);
    console.log(`${name}, ${device.name}: ${told.join('; ')}`);
  } catch (error) {
    // The others are worth a look all the same.
    console.error(`${name}, ${device.name}: ${String(error)}`);
    process.exitCode = 1;
  } finally {
    await viewer.close();
  }
}

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await page.waitForTimeout(SETTLED_MS);
}
