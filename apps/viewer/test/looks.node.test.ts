import type { Page } from 'playwright-core';
import { explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, onPage } = viewerSuite('what the page looks like');

const PHONE = { width: 320, height: 640 };

/** How much room a card leaves below what it holds, in pixels. */
function roomBelow(page: Page, card: string): Promise<number> {
  return page.locator(card).evaluate((element) => {
    const last = element.lastElementChild?.getBoundingClientRect().bottom ?? 0;
    return element.getBoundingClientRect().bottom - last;
  });
}

test('cards beside the picture end with what they hold', () =>
  onPage({ hash: '#sample=mnist1d:0', viewport: { width: 1440, height: 900 } }, async ({ page }) => {
    await explained(page);
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 1280, height: 720 },
      { width: 900, height: 700 },
    ]) {
      await page.setViewportSize(viewport);
      for (const card of ['.choose', '.decide', '.look', '.layers']) {
        const room = await roomBelow(page, card);
        assert.ok(room < 16, `${card}: ${room} pixels of nothing, ${viewport.width} wide`);
      }
    }
  }));

test('no number stands in another line than its unit', () =>
  onPage({ hash: '#sample=mnist1d:0&panel=methods', viewport: PHONE }, async ({ page }) => {
    await explained(page);
    await page.locator('.method-card').nth(7).waitFor();
    const text = await page.locator('body').innerText();
    assert.match(text, /\d\u00a0%/);
    assert.match(text, /\d\u00a0ms/);
    assert.equal(text.match(/\S+ \S*\d (%|ms|s|MB)(?!\w)/g) ?? [], []);
  }));

test('how long it took is said once, of the map that is shown', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    await page.getByLabel('Method').selectOption('grad-cam');
    await page.getByText('by Grad-CAM').waitFor();
    await explained(page);
    assert.not.match(await page.locator('.verdict').innerText(), /\d\s(ms|s)\b/);
    const status = page.locator('.status');
    assert.match(await status.innerText(), /explained in [\d.]+\s(ms|s)$/);
    // Nothing is ablated for it.
    assert.match((await status.getAttribute('title')) ?? '', /^Network: /);
  }));

test('numbers and color bar name the largest value alike', () =>
  onPage({ hash: '#sample=textures:3&panel=numbers' }, async ({ page }) => {
    await explained(page);
    const { map } = await savedNumbers(page);
    const [, own = '', resized = ''] =
      /largest value ([\d.]+), resized to the input ([\d.]+)/.exec(
        await page.locator('.lower').innerText(),
      ) ?? [];
    assert.is(Number(own), Number(Math.max(...map.data).toPrecision(4)));
    const [, bar = ''] = /([\d.]+), counted most/.exec(await page.locator('.color-bar').innerText()) ?? [];
    assert.is(Number(Number(resized).toPrecision(3)), Number(bar));
  }));

test('no number of a signal’s axis stands at the strip of its map', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const canvas = page.locator('.signal canvas').first();
    const drawn = await canvas.evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement)) return null;
      // The axis below is 24 pixels high, the strip above it 9, the axis beside them 44 wide.
      const pixels = element.getContext('2d')?.getImageData(0, 0, 42, element.height).data ?? [];
      const painted = (from: number, to: number): number =>
        pixels.slice(4 * 42 * from, 4 * 42 * to).filter((value, i) => i % 4 === 3 && value > 0).length;
      const strip = element.height - 33;
      return { above: painted(0, strip), atStrip: painted(strip, strip + 9) };
    });
    assert.ok((drawn?.above ?? 0) > 100, 'the others are there');
    assert.is(drawn?.atStrip, 0);
  }));

test('plain words explain no setting that is not there', () =>
  onPage({ hash: '#sample=mnist1d:0', isExpert: false }, async ({ page }) => {
    await explained(page);
    await page.locator('.about summary').click();
    assert.equal(await page.locator('.about dt').allInnerTexts(), ['The setting “Rather than”']);
    await page.getByRole('switch', { name: 'Expert settings' }).check();
    assert.equal(await page.locator('.about dt').allInnerTexts(), [
      'Score',
      '“Off” is',
      'Weight',
      'Rather than',
    ]);
  }));

test('settings are all as wide, and what is said of the pointer is what it does', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const widths = await page
      .locator('.settings select')
      .evaluateAll((all) => all.map((select) => select.getBoundingClientRect().width));
    assert.ok(widths.length > 4);
    assert.is(new Set(widths).size, 1, widths.join());
    await page.getByText('Point at the signal').waitFor();
    await page.getByRole('button', { name: 'Erase a part' }).click();
    assert.match(await page.locator('.readout').innerText(), /^Paint/);
  }));

test('on a phone choices stand in columns, and a mark stays with its word', () =>
  onPage({ hash: '#sample=tissue:9', viewport: PHONE }, async ({ page }) => {
    await explained(page);
    const controls = page.locator('.look > .controls');
    const edges = (selector: string): Promise<readonly number[]> =>
      controls.locator(selector).evaluateAll((all) => all.map((each) => each.getBoundingClientRect().left));
    assert.is(new Set(await edges('select, [type=range]')).size, 1);
    await page.setViewportSize({ width: 390, height: 844 });
    assert.is(new Set(await edges('.choice')).size, 2);
    const beyond = await controls.evaluate((row) => {
      const { right } = row.getBoundingClientRect();
      return (
        Math.max(...Array.from(row.querySelectorAll('*'), (each) => each.getBoundingClientRect().right)) -
        right
      );
    });
    assert.ok(beyond < 1, `${beyond} pixels beyond the card`);
    assert.is(new Set(await edges('select:has(option[value=raw]), select:has(option[value=both])')).size, 1);
    for (const width of [320, 340, 360, 390]) {
      await page.setViewportSize({ width, height: 640 });
      const lines = await page.locator('.verdict .right').evaluate(
        // The space before the mark may stand at the end of a line of its own.
        (mark) =>
          new Set(Array.from(mark.querySelector('.mark')?.getClientRects() ?? [], ({ top }) => top)).size,
      );
      assert.is(lines, 1, `${width} pixels wide`);
    }
  }));

test('the channel that is pointed at has its color also when it is off', () =>
  onPage({ hash: '#sample=mnist1d:0&channel=9&off=9,19' }, async ({ page }) => {
    await explained(page);
    const canvas = page.locator('.chart canvas');
    await canvas.waitFor();
    const [focus, others] = await canvas.evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement)) return [];
      const pixels = element.getContext('2d')?.getImageData(0, 0, element.width, element.height).data ?? [];
      const style = getComputedStyle(element);
      return ['--focus', '--accent'].map((name) => {
        const color = style.getPropertyValue(name).trim();
        const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
        let count = 0;
        for (let at = 0; at < pixels.length; at += 4) {
          if (parts.every((part, i) => pixels[at + i] === part)) count++;
        }
        return count;
      });
    });
    assert.ok((others ?? 0) > 1000, 'the bars are there');
    assert.ok((focus ?? 0) > 200, `${focus ?? 0} pixels`);
  }));

test('what is out of date can still be read', () =>
  onPage({ hash: '#sample=textures:0' }, async ({ page }) => {
    await explained(page);
    const opacity = await page.locator('.verdict').evaluate((verdict) => {
      verdict.classList.add('stale');
      const said = verdict.querySelector('p');
      for (const each of said?.getAnimations() ?? []) each.finish();
      return said && Number(getComputedStyle(said).opacity);
    });
    // The green of "correct" has a contrast of 4.5 with white from 0.73 on.
    assert.ok(opacity !== null && opacity < 1 && opacity >= 0.73, String(opacity));
  }));

test('bars of a narrow chart stand apart', () =>
  onPage({ hash: '#sample=textures:0', viewport: PHONE }, async ({ page }) => {
    await explained(page);
    const canvas = page.locator('.chart canvas');
    await canvas.waitFor();
    const bars = await canvas.evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement)) return 0;
      const { width, height } = element;
      const pixels = element.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      // Beside the axis, and above the numbers below.
      let [count, isIn] = [0, false];
      for (let x = 66; x < width; x++) {
        let colored = 0;
        for (let y = 0; y < height - 60; y++) {
          const at = 4 * (y * width + x);
          const [red = 0, green = 0, blue = 0, alpha = 0] = [0, 1, 2, 3].map((part) => pixels[at + part]);
          // Of a color of its own: axes and lines are gray.
          if (alpha > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) colored++;
        }
        if (colored > 0 && !isIn) count++;
        isIn = colored > 0;
      }
      return count;
    });
    assert.is(bars, 30);
  }));

test('a race that was not run has no time', () =>
  onPage({ hash: '#sample=mnist1d:0&panel=race' }, async ({ page }) => {
    await explained(page);
    assert.equal(await page.locator('.side .score').allInnerTexts(), ['not yet', 'not yet']);
  }));

test.run();
