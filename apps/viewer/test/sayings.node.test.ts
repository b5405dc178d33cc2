import * as assert from 'uvu/assert';
import { explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';

const { test, onPage } = viewerSuite('what the viewer says');

test('where nothing speaks for a class the page says so, and why, and praises no parts', () =>
  onPage({ hash: '#sample=mnist1d:0&class=7', isExpert: false }, async ({ page }) => {
    await explained(page);
    const verdict = await page.locator('.verdict').innerText();
    assert.match(verdict, /On balance nothing at this layer speaks for 7/);
    assert.match(verdict, /outweighed everywhere|as high or higher|whichever channel is off/);
    assert.not.match(verdict, /parts (made|speak)/);
    // What is said once in plain words is not said again.
    assert.is(await page.locator('.verdict .warning').count(), 0);
    assert.match(await page.locator('.color-bar').innerText(), /0 everywhere/);
  }));

test('what the keyboard comes to is above a notice, down to the end of the page', () =>
  onPage({ hash: '#sample=mnist1d:0', isExpert: false }, async ({ page }) => {
    await page.locator('canvas.channel-map').waitFor();
    await savedNumbers(page);
    const notice = await page.locator('.notices .message').boundingBox();
    await page.getByRole('tab', { name: 'Channels' }).focus();
    let seen = 0;
    for (; seen < 40; seen++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        const inPage = element !== null && element.closest('.lower') !== null;
        return inPage ? element.getBoundingClientRect().bottom : null;
      });
      if (focused === null) break;
      assert.ok(focused <= (notice?.y ?? 0) + 1, `${focused} of ${notice?.y ?? 0}`);
    }
    assert.ok(seen > 2, `${seen} places below`);
  }));

test.run();
