import type { Browser } from 'playwright-core';
import { launchChromium } from '../chromium.ts';
import { withTestBundle } from './bundle-tests.ts';
import { callInPage } from './call-in-page.ts';
import { noCounts, type Counts } from './record.ts';

/**
 * Runs test files of a package in one page of a headless Chromium; a page that dies or hangs counts as one more failed test.
 * Without a browser each file counts as skipped.
 */
export async function runInBrowser(
  packageFolder: string,
  files: readonly string[],
  timeoutMs: number,
): Promise<Counts> {
  let browser: Browser;
  try {
    browser = await launchChromium();
  } catch (error) {
    // On linux x64 the browser comes with the dependencies, so its absence is a failure there.
    if (process.platform === 'linux' && process.arch === 'x64') throw error;
    console.log(`The tests in the browser are skipped: ${String(error)}`);
    return { ...noCounts(), skipped: files.length };
  }
  try {
    return await withTestBundle(packageFolder, files, 'browser', async (bundle) => {
      try {
        return await callInPage<Counts>(browser, { bundle, packageFolder, timeoutMs });
      } catch (error) {
        console.log(`The page of these tests ended before all had run: ${String(error)}`);
        return { ...noCounts(), failed: 1 };
      }
    });
  } finally {
    await browser.close();
  }
}
