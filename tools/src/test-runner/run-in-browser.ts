import { stripVTControlCharacters } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../chromium.ts';
import { withTestBundle } from './bundle-tests.ts';
import { servePage } from './page-server.ts';
import { noCounts, type Counts } from './record.ts';
import { sourceStack } from './source-stack.ts';

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
    return await withTestBundle(packageFolder, files, 'browser', (folder) =>
      runBundle(browser, folder, packageFolder, timeoutMs),
    );
  } finally {
    await browser.close();
  }
}

async function runBundle(
  browser: Browser,
  folder: string,
  packageFolder: string,
  timeoutMs: number,
): Promise<Counts> {
  const server = await servePage(packageFolder, folder);
  try {
    const page = await browser.newPage();
    const bundle = `${server.url}bundle/`;
    const show = (text: string): void => {
      const mapped = sourceStack(text, bundle, folder);
      console.log(process.stdout.isTTY ? mapped : stripVTControlCharacters(mapped));
    };
    page.on('console', (message) => {
      show(message.text());
    });
    page.on('pageerror', (error) => {
      show(`uncaught in the page: ${error.stack ?? error.message}`);
    });
    await page.goto(server.url);
    // As text: a function would arrive with helpers of the transpiler, which the page does not have.
    const counts = page.evaluate<Counts>(`import('${bundle}entry.js').then(({ run }) => run(console.log))`);
    return await finished(page, counts, timeoutMs);
  } catch (error) {
    console.log(`The page of these tests ended before all had run: ${String(error)}`);
    return { ...noCounts(), failed: 1 };
  } finally {
    server.close();
  }
}

async function finished(page: Page, counts: Promise<Counts>, timeoutMs: number): Promise<Counts> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    const fail = (why: string) => () => {
      reject(new Error(why));
    };
    page.on('crash', fail('the page crashed'));
    page.on('close', fail('the page was closed'));
    timer = setTimeout(fail(`the time limit of ${timeoutMs / 1000} s is over`), timeoutMs);
  });
  try {
    return await Promise.race([counts, end]);
  } finally {
    clearTimeout(timer);
  }
}
