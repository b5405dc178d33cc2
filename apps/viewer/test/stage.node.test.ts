import { assertClose } from '@ablation-cam/tools/testing';
import { embeddedModel, readInput } from '@ablation-cam/model';
import { ablationCam, resizeBilinear } from '@ablation-cam/xai';
import { compareMaps } from '../src/state/compare-maps.ts';
import { mapCaption } from '../src/state/map-caption.ts';
import { eraserAt } from '../src/views/stage/eraser.ts';
import { WHOLE } from '../src/views/stage/zoom.ts';
import { eraseInput } from '../src/worker/erase-input.ts';
import { violationsOf } from './support/axe.ts';
import { drag } from './support/by-hand.ts';
import { SHOWN } from './support/tolerance.ts';
import { explained, savedNumbers, type ViewerPage } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, onPage } = viewerSuite('the stage of the viewer');
type Page = ViewerPage['page'];

const MIDDLE = { x: 0.5, y: 0.5 };

/** Moves the pointer to a place of the last frame, in shares of it. */
async function point(page: Page, x: number, y: number): Promise<void> {
  const frame = page.locator('.stage [data-frame]').last();
  // The buttons below may have been brought into view.
  if ((await page.evaluate(() => scrollY)) > 0) {
    await page.evaluate(() => {
      scrollTo({ top: 0, behavior: 'instant' });
    });
    // Until then the wheel would go on scrolling.
    await page.waitForTimeout(500);
  }
  const box = await frame.boundingBox();
  if (!box) throw new Error('there is no frame');
  await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
}

const zoomOf = async (page: Page): Promise<number> =>
  parseInt(await page.locator('.zoom output').innerText());

test('what is under the pointer is read, however close, and the colors have the scale of the map', () =>
  onPage({ hash: '#sample=textures:3' }, async ({ page }) => {
    await explained(page);
    const { map, mapSigned } = await savedNumbers(page);
    const { data } = resizeBilinear({ shape: map.shape, data: Float64Array.from(map.data) }, [64, 64]);
    const largest = Math.max(...data);
    const readout = page.locator('.readout');
    await point(page, 25.5 / 64, 27.5 / 64);
    assert.match(await readout.innerText(), /^x 25, y 27: #[0-9a-f]{6}; map .*% of the largest/);
    const value = async (): Promise<number> => Number(await readout.getAttribute('data-value'));
    assertClose([(await value()) / largest], [data[27 * 64 + 25]! / largest], SHOWN);
    assert.match(await page.locator('.color-bar').innerText(), String(Number(largest.toPrecision(3))));
    // The wheel goes closer to what is under the pointer, the keys to the middle.
    await page.mouse.wheel(0, -400);
    await page.waitForFunction(() => !document.querySelector('.zoom output')?.textContent.startsWith('100'));
    assert.match(await readout.innerText(), /^x 25, y 27/);
    const sight = page.locator('.sight');
    await sight.focus();
    await page.keyboard.press('0');
    assert.is(await zoomOf(page), 100);
    await page.keyboard.press('+');
    assert.is(await zoomOf(page), 140);
    const left = (): Promise<string> =>
      page
        .locator('.frame .picture')
        .last()
        .evaluate((e) => e.style.left);
    const before = await left();
    await page.keyboard.press('ArrowRight');
    assert.is.not(await left(), before);
    await page.keyboard.press('0');
    await pinch(page);
    assert.ok((await zoomOf(page)) > 150, `${await zoomOf(page)} %`);
    await page.getByRole('button', { name: 'All of it' }).click();

    await page.getByLabel(/^Show/).selectOption('both');
    const signed = resizeBilinear({ shape: map.shape, data: Float64Array.from(mapSigned.data) }, [64, 64]);
    const reach = Number(Math.max(...Array.from(signed.data, Math.abs)).toPrecision(3));
    const colors = await page.locator('.color-bar').innerText();
    assert.match(colors, `against −${reach}`);
    assert.match(colors, `+${reach} for`);
    await page.getByLabel('Contour').check();
    await page.getByRole('img', { name: 'Contour of what speaks for' }).waitFor();
    await page.getByLabel('View').selectOption('swipe');
    const divider = page.getByRole('slider', { name: 'Divider' });
    await divider.press('End');
    assert.is(await divider.getAttribute('aria-valuenow'), '100');
    await page.waitForURL(/view=swipe&sides=both&contour=shown/);
  }));

/** Two fingers, moved apart. */
async function pinch(page: Page): Promise<void> {
  const box = await page.locator('.stage [data-frame]').last().boundingBox();
  const session = await page.context().newCDPSession(page);
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number): Promise<unknown> =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [-1, 1].map((side, id) => ({ x: x + side * apart, y, id })),
    });
  await touch('touchStart', 20);
  for (const apart of [30, 40, 60]) await touch('touchMove', apart);
  await touch('touchEnd', 60);
}

test('what counts too little is hidden', () =>
  onPage({ hash: '#sample=textures:3&view=over' }, async ({ page }) => {
    await explained(page);
    const seen = (): Promise<number> =>
      page.locator('canvas.veil').evaluate((canvas: HTMLCanvasElement) => {
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return Array.from(pixels).filter((value, i) => i % 4 === 3 && value > 0).length;
      });
    const { map } = await savedNumbers(page);
    const { data } = resizeBilinear({ shape: map.shape, data: Float64Array.from(map.data) }, [64, 64]);
    const largest = Math.max(...data);
    const above = (share: number): number => data.filter((value) => value / largest >= share).length;
    await page.getByLabel('Hide below').fill('0.5');
    await page.waitForURL(/threshold=0.5/);
    const left = await seen();
    // A value at the very threshold may be on either side in single precision.
    assert.ok(Math.abs(left - above(0.5)) <= 1, `${left} of ${above(0.5)} positions`);
    // The caption, which is also what the picture is called, is the library's map in words.
    const input = await readInput('textures:3', { shape: [64, 64, 3] });
    const region = { shape: [64, 64], data: input.mask ?? [] };
    const words = mapCaption({ shape: map.shape, data: Float64Array.from(map.data) }, region) ?? '';
    assert.match(words, /inside the true region$/);
    assert.match(await page.locator('.map-caption').innerText(), words);
    assert.match((await page.locator('canvas.veil').getAttribute('aria-label')) ?? '', words);
  }));

for (const [sample, shape, fill] of [
  ['textures:3', [64, 64, 3], 'blur'],
  ['mnist1d:0', [40, 1], 'zero'],
] as const) {
  test(`a part of ${sample} is erased with keys and with the pointer, and the prediction follows`, () =>
    onPage({ hash: `#sample=${sample}&panel=numbers` }, async ({ page }) => {
      await explained(page);
      const before = await savedNumbers(page);
      await page.getByRole('button', { name: 'Erase a part' }).click();
      await page.getByLabel('With').selectOption(fill);
      await page.locator('.sight').focus();
      await page.keyboard.press('Enter');
      await page.getByText(/\d+\s% erased: .* \d/).waitFor();
      await explained(page);
      const saved = await savedNumbers(page);
      assert.match(saved.input, 'partly erased');
      const loaded = await embeddedModel(sample.startsWith('mnist') ? 'mnist1d' : 'textures');
      const input = await readInput(sample, { shape });
      const image = input.original ?? null;
      const erased = eraseInput(
        input,
        { fill, marks: [eraserAt({ image, shape }, 'box', 0.2, MIDDLE, WHOLE)] },
        undefined,
      );
      const { explanations } = await ablationCam(loaded.network, erased, { executor: 'reference' });
      assertClose(saved.probabilities ?? [], explanations[0]?.probabilities ?? [], SHOWN);
      loaded.dispose();

      await point(page, 0.2, 0.3);
      await page.mouse.down();
      for (let i = 0; i <= 6; i++) await point(page, 0.2 + 0.02 * i, 0.3);
      await page.mouse.up();
      await explained(page);
      // What is erased is in the picture itself.
      await page.locator('.wet').first().waitFor({ state: 'detached' });
      const share = async (): Promise<number> => parseInt(await page.locator('.erase > .hint').innerText());
      const painted = await share();
      await page.keyboard.press('ArrowLeft');
      await page.getByText(/Eraser at 40\s% from the left/).waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await explained(page);
      assert.ok((await share()) < painted, `${painted} % before`);
      assert.equal((await savedNumbers(page)).probabilities, saved.probabilities);
      if (image) assert.equal(await violationsOf(page), []);
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await explained(page);
      assert.equal((await savedNumbers(page)).probabilities, before.probabilities);
    }));
}

test('two views stand side by side with their difference, as by the library', () =>
  onPage({ hash: '#sample=textures:3&panel=compare' }, async ({ page }) => {
    await explained(page);
    const a = await savedNumbers(page);
    await page.getByRole('button', { name: 'Keep this as A' }).click();
    const numbers = (): Promise<number[]> =>
      page
        .locator('[data-number]')
        .evaluateAll((cells) => cells.map((e) => Number(e.getAttribute('data-number'))));
    await page.locator('[data-number]').first().waitFor();
    assertClose(await numbers(), [1, 1, 0], SHOWN);
    const mapOf = ({ map: { shape, data } }: typeof a) => ({ shape, data: Float64Array.from(data) });
    for (const change of ['class', 'layer', 'method'] as const) {
      const row = page.locator('.compare-facts tr', { hasText: change });
      await page
        .getByLabel(`${change} of B`)
        .selectOption({ class: '4', layer: 'conv2d_1', method: 'grad-cam' }[change]);
      await row.and(page.locator('.differs')).waitFor();
      await explained(page);
      await page.locator('[data-number]').first().waitFor();
      const found = compareMaps(mapOf(a), mapOf(await savedNumbers(page)));
      assertClose(
        await numbers(),
        [found?.correlation ?? NaN, found?.topOverlap ?? NaN, found?.largestDifference ?? NaN],
        SHOWN,
        change,
      );
    }
    await page.getByRole('img', { name: 'Difference of the maps' }).waitFor();
    assert.equal(await violationsOf(page), []);
    await page.getByRole('button', { name: 'Swap A and B' }).click();
    await explained(page);
    assert.is((await savedNumbers(page)).layer, a.layer);
    assertClose((await savedNumbers(page)).map.data, a.map.data, SHOWN);
  }));

test('dragging changes the style at once, the map never, and the address at its end', () =>
  onPage({ hash: '#sample=textures:3' }, async ({ page }) => {
    await explained(page);
    // What else is drawn at the start.
    await page.locator('canvas.channel-map').waitFor();
    await page.locator('.sample .caption').nth(14).waitFor();
    await page.evaluate(() => {
      const written: string[] = [];
      const write = history.replaceState.bind(history);
      history.replaceState = (data, unused, url) => {
        written.push(String(url));
        write(data, unused, url);
      };
      let drawn = 0;
      const context = CanvasRenderingContext2D.prototype;
      const put = Object.getOwnPropertyDescriptor(context, 'putImageData')?.value as (
        ...given: unknown[]
      ) => void;
      Object.defineProperty(context, 'putImageData', {
        value(this: CanvasRenderingContext2D, ...given: unknown[]) {
          drawn++;
          Reflect.apply(put, this, given);
        },
      });
      Object.assign(window, { written, drawn: () => drawn });
    });
    await drag(page, '.choice:has-text("Opacity") input', 0.9);
    await page.waitForURL(/opacity=/);
    const opacity = await page
      .locator('canvas.veil')
      .first()
      .evaluate((canvas) => getComputedStyle(canvas).opacity);
    assert.is(Number(opacity), Number(/opacity=([\d.]+)/.exec(page.url())?.[1]));
    assert.is(await page.evaluate('drawn()'), 0);
    assert.equal(await page.evaluate<string[]>('written'), [new URL(page.url()).hash]);
  }));

test.run();
