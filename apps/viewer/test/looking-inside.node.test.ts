import { explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, onPage } = viewerSuite('looking inside in the viewer');

test('channels are looked at and switched off with the keyboard, and the prediction moves', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const chart = page.getByRole('slider', { name: 'Channel' });
    await chart.focus();
    const first = await chart.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowRight');
    assert.is.not(await chart.getAttribute('aria-valuetext'), first);
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.locator('.moved strong').waitFor();
    assert.match((await chart.getAttribute('aria-valuetext')) ?? '', 'off');
    const channel = Number(/channel (\d+)/.exec(first ?? '')?.[1]);
    const saved = await savedNumbers(page);
    const alone = saved.ablatedScores[channel]?.[2] ?? NaN;
    const shown = await page.locator('.class .masked-score').nth(2).innerText();
    assert.is(shown.replace(/[^\d.]+/g, ''), (100 * alone).toFixed(1));
    await page.getByRole('button', { name: 'All on again' }).click();
    assert.is(await page.locator('.masked-score').count(), 0);
  }));

test('the true region of a texture is outlined, and methods are held against it', () =>
  onPage({ hash: '#sample=textures:3&panel=methods' }, async ({ page }) => {
    await explained(page);
    await page.getByRole('img', { name: 'The true region', exact: true }).waitFor();
    await page.getByText(/The network says rings .* correct/).waitFor();
    await page
      .getByText(/(hit|missed), [\d.]+ % inside/)
      .first()
      .waitFor();
    await page.getByRole('checkbox', { name: 'True region' }).uncheck();
    assert.is(await page.getByRole('img', { name: 'The true region', exact: true }).count(), 0);
  }));

test('the race is run, and says how far apart the answers are', () =>
  onPage({ hash: '#sample=mnist1d:0&panel=race' }, async ({ page }) => {
    await explained(page);
    await page.getByRole('button', { name: 'Start the race' }).click();
    const facts = page.locator('.race .facts');
    await facts.waitFor();
    const text = await facts.innerText();
    const difference = Number(/([\d.]+e[-+]\d+) of the largest/.exec(text)?.[1]);
    assert.ok(difference < 1e-4, text);
    assert.match(text, '1 for all 25 channels');
  }));

test.run();
