import { stripVTControlCharacters } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { BundleCall } from './call-in-deno.ts';
import { servePage } from './page-server.ts';
import { sourceStack } from './source-stack.ts';

/**
 * Calls `run` of a bundle in a page of its own and returns what it returns, which must survive JSON; what it prints is printed.
 *
 * @throws Error where the page crashes, is closed or takes longer than the limit, and what `run` throws
 */
export async function callInPage<T>(
  browser: Browser,
  { bundle: folder, packageFolder, timeoutMs, args = [] }: BundleCall,
): Promise<T> {
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
    const result = page.evaluate<T>(
      `import('${bundle}entry.js').then(({ run }) => run(console.log, ...${JSON.stringify(args)}))`,
    );
    return await finished(page, result, timeoutMs);
  } finally {
    server.close();
  }
}

async function finished<T>(page: Page, result: Promise<T>, timeoutMs: number): Promise<T> {
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
    return await Promise.race([result, end]);
  } finally {
    clearTimeout(timer);
  }
}
