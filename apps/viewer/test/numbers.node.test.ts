import * as assert from 'uvu/assert';
import { explained } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';

const { test, onPage } = viewerSuite('the numbers of the viewer');

for (const width of [1440, 1280, 390, 320]) {
  test(`a table that goes on says how long it is and cuts a row, at ${width} pixels`, () =>
    onPage({ hash: '#sample=tissue:9&panel=numbers', viewport: { width, height: 800 } }, async ({ page }) => {
      await explained(page);
      const box = page.getByRole('region', { name: 'Weights of the channels' });
      await box.getByText('Ablation-CAM: 64 channels, for stroma').waitFor();
      const cut = await box.evaluate((element) => {
        const end = element.getBoundingClientRect().bottom;
        const row = [...element.querySelectorAll('tbody tr')].find(
          (each) => each.getBoundingClientRect().bottom > end,
        );
        const { top = 0, height = 1 } = row?.getBoundingClientRect() ?? {};
        return (end - top) / height;
      });
      assert.ok(cut > 0.35 && cut < 0.65, `${cut} of a row is seen at the edge`);
    }));
}

test('settings and samples have the names that the page gives them, and those that commands take', () =>
  onPage({ hash: '#sample=tissue:9&panel=numbers' }, async ({ page }) => {
    await explained(page);
    const facts = page.locator('.numbers .facts');
    await facts.getByText('Tissue, test sample 9 (tissue:9)').waitFor();
    await facts.getByText('off is zero, weight relative drop, all together').waitFor();
  }));

test('the parts of the time add up to all of it', () =>
  onPage({ hash: '#sample=tissue:9&panel=numbers' }, async ({ page }) => {
    await explained(page);
    const times = await page.getByText(/, in all/).innerText();
    const numbers = Array.from(times.matchAll(/([\d.]+)\sms/gu), ([, number]) => Number(number));
    const all = numbers.pop() ?? 0;
    const sum = numbers.reduce((before, number) => before + number, 0);
    // Each is rounded to a whole one.
    assert.ok(Math.abs(sum - all) <= 2.5, times);
  }));

test.run();
