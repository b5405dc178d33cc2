import { readFile } from 'node:fs/promises';
import { overflowOf, violationsOf } from './support/axe.ts';
import { GOLDEN_TREE, startTree } from '../src/server/accessibility-tree.ts';
import { refuseTooHeavy } from '../src/server/build.ts';
import { COUNT_JUMPS } from './support/jumps.ts';
import { explained } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, site, onPage } = viewerSuite('the page of the viewer');

test('it is small, and may load nothing from anywhere else', async () => {
  const { code, start, page, transfer } = site().sizes;
  assert.ok(start < code, `${start} of ${code} bytes at start`);
  assert.ok(page < start, `${page} bytes on the page's thread`);
  // Without TensorFlow.js, which is the worker's.
  assert.not.match(await scriptsOf('page.js'), 'registerBackend');
  assert.match(await scriptsOf('worker.js'), 'registerBackend');
  // The site would not have been built.
  assert.throws(() => {
    refuseTooHeavy({ code: 3_260_000, start, page, transfer });
  }, /3260000 bytes, more than the 3250000/);
  assert.throws(() => {
    refuseTooHeavy({ code, start: 2_100_000, page, transfer });
  }, /start weighs 2100000 bytes/);
  assert.throws(() => {
    refuseTooHeavy({ code, start, page: 370_000, transfer });
  }, /page weighs 370000 bytes/);
  assert.throws(() => {
    refuseTooHeavy({ code, start, page, transfer: 1_210_000 });
  }, /transfer weighs 1210000 bytes/);
  const { headers } = await fetch(site().url);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, "default-src 'none'");
  assert.not.match(policy, /https?:|unsafe-inline|'unsafe-eval'/);
  assert.is((await fetch(`${site().url}../package.json`)).status, 404);
});

/** A script of the site with all that it imports, now or later. */
async function scriptsOf(name: string, seen = new Set<string>()): Promise<string> {
  if (seen.has(name)) return '';
  seen.add(name);
  const text = await (await fetch(site().url + name)).text();
  const others = [...text.matchAll(/"\.\/([\w-]+\.js)"/g)].map(([, other]) => other ?? '');
  const found = [text];
  for (const other of others) found.push(await scriptsOf(other, seen));
  return found.join('\n');
}

test('it opens where the browser calls its language by a name that nothing knows', () =>
  onPage({}, async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' });
    });
    await page.reload();
    await explained(page);
    assert.match(await page.locator('.verdict').innerText(), /The network says/);
  }));

test('assistive technology is given the start as it is written down; node apps/viewer/accessibility-tree.mjs writes it anew', () =>
  onPage({ isExpert: false }, async ({ page, requests }) => {
    assert.fixture(await startTree(page), await readFile(GOLDEN_TREE, 'utf8'));
    // What the build counts is what is fetched for all that, but for trifles.
    const asked = requests.map((address) => address.slice(address.lastIndexOf('/') + 1) || 'index.html');
    const uncounted = asked.filter((name) => !site().first.includes(name));
    assert.equal(
      uncounted.filter((name) => (site().files.get(name)?.length ?? 0) > 1000),
      [],
    );
  }));

test('expert settings are shown by a switch, which is remembered, and by links that need them', () =>
  onPage({ hash: '#sample=mnist1d:0&panel=race', isExpert: false }, async ({ page }) => {
    await explained(page);
    const settings = page.getByRole('group', { name: 'How it is explained' });
    const shown = async (): Promise<readonly string[]> =>
      (await settings.locator('.choice').allInnerTexts()).map((text) => text.split('\n')[0] ?? '');
    assert.equal(await shown(), ['Method', 'Rather than']);
    const expert = page.getByRole('switch', { name: 'Expert settings' });
    await expert.check();
    const all = ['Method', 'Rather than', 'Score', '“Off” is', 'Weight', 'Channels', 'Computed by'];
    assert.equal(await shown(), all);
    await page.getByLabel('Computed by').selectOption('reference');
    await explained(page);
    assert.match(
      (await page.locator('.status').getAttribute('title')) ?? '',
      'Ablation: reference, asked for',
    );
    await page.reload();
    await explained(page);
    assert.equal(await shown(), all);
    // What is hidden is as usual.
    await expert.uncheck();
    await explained(page);
    assert.equal(await shown(), ['Method', 'Rather than']);
    await page.waitForURL(/^[^&]*&panel=race$/);
    await page.goto(`${site().url}?#sample=mnist1d:0&weighting=slope&panel=race`);
    await explained(page);
    assert.equal(await shown(), all);
  }));

/** What is good in the score of browsers. The page without room for what comes had 0.24, and 0.59 on a phone. */
const MOST_JUMPS = 0.1;

for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of [
    { width: 1280, height: 720 },
    { width: 390, height: 844 },
  ]) {
    test(`nothing is in the way of anybody, ${colorScheme}, ${viewport.width} wide`, () =>
      // Dark, as experts see it.
      onPage(
        { colorScheme, viewport, isExpert: colorScheme === 'dark', pagePrelude: COUNT_JUMPS },
        async ({ page }) => {
          await explained(page);
          await page.locator('.sample .caption').nth(7).waitFor();
          await page.locator('canvas.channel-map').waitFor();
          const jumps = await page.evaluate<number>('jumps');
          assert.ok(jumps < MOST_JUMPS, `its parts jump by ${jumps}`);
          assert.is(await page.getByRole('tab', { name: 'Numbers' }).count(), colorScheme === 'dark' ? 1 : 0);
          for (const tab of await page.getByRole('tab').all()) {
            const panel = await tab.innerText();
            await tab.click();
            await page.locator('progress').first().waitFor({ state: 'detached' });
            const violations = await violationsOf(page);
            assert.equal(violations, [], `${panel}:\n${violations.join('\n')}`);
          }
          const overflow = await overflowOf(page);
          assert.ok(overflow <= 0, `${overflow} pixels wider than the page`);
        },
      ));
  }
}

test.run();
