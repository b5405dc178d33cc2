import { encode } from 'fast-png';
import { embeddedModel, readInput, type Fit } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import { ablationCam } from '@ablation-cam/xai';
import { drop, explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';
import { SHOWN } from './support/tolerance.ts';

const { test, onPage } = viewerSuite('pictures in the viewer');

/** Stripes, 90 x 60, of which the left half can be seen through. */
function seeThrough(): Uint8Array {
  const [width, height] = [90, 60];
  const data = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const x = pixel % width;
    const value = x % 6 < 3 ? 40 : 220;
    data.set([value, value / 2, 90, x < width / 2 ? 60 : 255], 4 * pixel);
  }
  return encode({ width, height, channels: 4, data });
}

test('a picture is squashed, cropped or padded as chosen, transparency laid on white and said', () =>
  onPage({ hash: '#sample=textures:0' }, async ({ page }) => {
    await explained(page);
    const bytes = seeThrough();
    await drop(page, [{ name: 'stripes.png', bytes }]);
    await page.getByText('it was laid on white').waitFor();
    const { model, dispose } = await embeddedModel('textures');
    for (const fit of ['squash', 'crop', 'pad'] as const satisfies readonly Fit[]) {
      await page.getByLabel('90 × 60, for 64 × 64:').selectOption(fit);
      await explained(page);
      const shown = await page
        .getByRole('img', { name: 'The input', exact: true })
        .evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? [canvas.width, canvas.height] : []));
      assert.equal(shown, { squash: [90, 60], crop: [60, 60], pad: [90, 90] }[fit]);
      const input = await readInput(bytes, { shape: [64, 64, 3], fit, transparency: 'white' });
      const { explanations } = await ablationCam(model, input, { executor: 'reference' });
      const saved = await savedNumbers(page);
      assertClose(saved.probabilities ?? [], explanations[0]?.probabilities ?? [], SHOWN, fit);
    }
    dispose();
  }));

/**
 * What the page's thread may be held up by a picture of twelve million pixels, in all, in tasks over 50 ms. Two of 60 ms are usual on
 * two cores that do nothing else; a thread that drew all its pixels stood still for 2 to 5 seconds.
 */
const MOST_MS = 1500;

test('a picture of twelve million pixels hardly holds up the page', () =>
  onPage({ hash: '#sample=textures:0&panel=race' }, async ({ page }) => {
    await explained(page);
    const [width, height] = [4000, 3000];
    const data = new Uint8Array(width * height * 3).fill(90);
    const bytes = encode({ width, height, channels: 3, data });
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(window, { tasks });
      new PerformanceObserver((list) => {
        tasks.push(...list.getEntries().map(({ duration }) => duration));
      }).observe({ type: 'longtask' });
    });
    await drop(page, [{ name: 'large.png', bytes }]);
    await page
      .getByRole('list', { name: 'Your inputs' })
      .getByRole('button', { name: 'large.png', exact: true })
      .waitFor();
    await explained(page);
    const tasks = await page.evaluate(() => ('tasks' in window ? (window.tasks as number[]) : []));
    const total = tasks.reduce((sum, ms) => sum + ms, 0);
    assert.ok(total < MOST_MS, `tasks of ${tasks.join(', ')} ms`);
  }));

test.run();
