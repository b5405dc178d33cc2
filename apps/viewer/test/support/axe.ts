import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

const require = createRequire(import.meta.url);

/**
 * Runs all rules that axe has: those of every level of WCAG, AAA among them, best practices, and what is on trial or deprecated.
 * Contrast is that of AAA, so the rule of AA would only say the same twice.
 */
const ALL_RULES = `axe.run({
  rules: Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: ruleId !== 'color-contrast' }])),
})`;

/** Returns what axe finds in the page, as sentences: at any level, nothing is allowed to be in anybody's way. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(require.resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate<readonly string[]>(
    `${ALL_RULES}.then(({ violations }) => violations.map(({ id, impact, nodes }) => id + ' (' + impact + '): ' + nodes.map(({ html }) => html).join(' | ')))`,
  );
}

/** How many pixels the page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
