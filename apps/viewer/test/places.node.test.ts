import * as assert from 'uvu/assert';
import { testImage } from './support/image-model.ts';
import { drop, explained, savedNumbers, type ViewerPage } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';

const { test, onPage } = viewerSuite('where things stand in the viewer');
const viewport = { width: 1440, height: 900 };
/** Between what stands together, in pixels. */
const GAP = 12;

interface Place {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

async function placeOf(page: ViewerPage['page'], selector: string): Promise<Place> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not to be seen`);
  return { top: box.y, bottom: box.y + box.height, left: box.x, right: box.x + box.width };
}

const overlap = (a: Place, b: Place): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

test('the chart of the channels takes the height of its row, also when that changes', () =>
  onPage({ viewport, isExpert: false }, async ({ page }) => {
    await page.locator('canvas.channel-map').waitFor();
    const empty = async (): Promise<number> => {
      const [row, chart] = [await placeOf(page, '.channels'), await placeOf(page, '.chart')];
      const below = await placeOf(page, '.channels-main .more');
      const drawn = await placeOf(page, '.chart .uplot');
      assert.ok(Math.abs(drawn.bottom - chart.bottom) <= 2, `${drawn.bottom} of ${chart.bottom}`);
      return row.bottom - below.bottom + (below.top - chart.bottom);
    };
    assert.ok((await empty()) <= GAP, `${await empty()} pixels are empty`);
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.waitForFunction(() => {
      const [plot, chart] = [document.querySelector('.chart .uplot'), document.querySelector('.chart')];
      return plot && chart && Math.abs(plot.clientHeight - chart.clientHeight) <= 2;
    });
    assert.ok((await empty()) <= GAP, `${await empty()} pixels are empty`);
  }));

test('the tour points at things that its card does not cover', () =>
  onPage({ viewport, isExpert: false }, async ({ page }) => {
    await page.locator('canvas.channel-map').waitFor();
    await page.locator('#start-tour').click();
    for (let step = 0; step < 5; step++) {
      // It is scrolled to where it is in sight.
      await page.waitForTimeout(100);
      const card = await placeOf(page, '.tour');
      for (const place of ['.toured', '.layers']) {
        assert.not.ok(overlap(card, await placeOf(page, place)), `step ${step}: ${place}`);
      }
      await page.getByRole('dialog').getByRole('button', { name: 'Next' }).click();
    }
  }));

test('below a large picture the layers and what is looked at closer leave no hole', () =>
  onPage({ viewport, hash: '#sample=tissue:1&stage=wide', isExpert: false }, async ({ page }) => {
    await page.locator('canvas.channel-map').waitFor();
    const [layers, lower] = [await placeOf(page, '.layers'), await placeOf(page, '.lower')];
    assert.ok(lower.top - layers.bottom <= GAP, `${lower.top - layers.bottom} pixels apart`);
    const last = await placeOf(page, '.chain');
    assert.ok(layers.bottom - last.bottom <= 2 * GAP, `${layers.bottom - last.bottom} pixels are empty`);
  }));

test('the eraser stands beside the zoom, and its settings come below while it is held', () =>
  onPage({ viewport, hash: '#sample=tissue:1', isExpert: false }, async ({ page }) => {
    await explained(page);
    const eraser = page.getByRole('button', { name: 'Erase a part' });
    const [zoom, before] = [await placeOf(page, '.zoom'), await eraser.boundingBox()];
    assert.ok(before && before.y < zoom.bottom && before.y + before.height > zoom.top);
    assert.is(await page.locator('.erase').count(), 0);
    await eraser.click();
    await page.getByLabel('Size').waitFor();
    assert.equal(await eraser.boundingBox(), before);
  }));

test('what is said of how a picture fits stays until the next picture is there', () =>
  onPage({ hash: '#sample=textures:0' }, async ({ page }) => {
    await explained(page);
    await drop(page, [{ name: 'first.png', bytes: testImage([40, 20]) }]);
    await page.getByLabel(/^40 × 20 pixels/).waitFor();
    await page.evaluate(`
      window.gone = 0;
      const isFit = ({ className }) => className === 'picture-fit';
      const count = (changes) =>
        changes.forEach(({ removedNodes }) => (window.gone += [...removedNodes].filter(isFit).length));
      new MutationObserver(count).observe(document.querySelector('.picture-fit').parentElement, { childList: true });
    `);
    await drop(page, [{ name: 'second.png', bytes: testImage([20, 40]) }]);
    await page.getByLabel(/^20 × 40 pixels/).waitFor();
    assert.is(await page.evaluate<number>('gone'), 0);
  }));

test('names on the shelf break before their endings, and are read as one', () =>
  onPage({ hash: '#sample=textures:0' }, async ({ page }) => {
    await explained(page);
    await drop(page, [{ name: 'slide_00.png', bytes: testImage() }]);
    const caption = page.locator('.own-inputs .caption');
    await page.getByRole('button', { name: 'slide_00.png', exact: true }).waitFor();
    assert.is(await caption.innerHTML(), 'slide<wbr>_00<wbr>.png');
  }));

test('the end of the page can be seen above a notice', () =>
  onPage({ hash: '#sample=mnist1d:0', isExpert: false }, async ({ page }) => {
    await page.locator('canvas.channel-map').waitFor();
    await savedNumbers(page);
    await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight);
    });
    assert.ok((await placeOf(page, '.lower')).bottom <= (await placeOf(page, '.notices .message')).top);
  }));

test('in forced colors what is chosen can be read, also where the network is wrong', () =>
  onPage({ hash: '#sample=tissue:3', isExpert: false }, async ({ page }) => {
    await page.locator('.sample.wrong[aria-pressed=true]').waitFor();
    await page.emulateMedia({ forcedColors: 'active' });
    const colorOf = (selector: string): Promise<string> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).color);
    assert.is(
      await colorOf('.sample[aria-pressed=true] .caption'),
      await colorOf('.layer-box.chosen .layer-name'),
    );
    await page.getByRole('button', { name: 'MNIST-1D' }).click();
    await page.locator('.sample[aria-pressed=true] polyline').waitFor();
    const curve = page.locator('.sample[aria-pressed=true] polyline');
    assert.is(
      await curve.evaluate((element) => getComputedStyle(element).stroke),
      await colorOf('.layer-box.chosen .layer-name'),
    );
  }));

test.run();
