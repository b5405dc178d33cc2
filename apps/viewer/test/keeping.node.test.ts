import { readFile } from 'node:fs/promises';
import { explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, onPage } = viewerSuite('keeping what the viewer shows');

test('a link restores the view, and is kept up to date', () =>
  onPage(
    { hash: '#sample=mnist1d:21&layer=conv1d_1&class=6&panel=numbers' },
    async ({ page, complaints }) => {
      await explained(page);
      const saved = await savedNumbers(page);
      assert.is(saved.layer, 'conv1d_1');
      assert.is(saved.classIndex, 6);
      assert.equal(complaints, []);
      // Among those beside it.
      await page.getByRole('button', { name: /^Sample 21:/, pressed: true }).waitFor();
      await page.getByRole('button', { name: /^Sample 17:/ }).click();
      await explained(page);
      await page.waitForURL(/sample=mnist1d%3A17/);
    },
  ));

test('a link holds what is erased and the view that is kept as A, and Back comes back to both', () =>
  onPage({ hash: '#sample=textures:0&panel=compare' }, async ({ page }) => {
    await explained(page);
    await page.getByRole('button', { name: 'Keep this as A' }).click();
    await page.getByRole('button', { name: 'Erase a part' }).click();
    await page.locator('.sight').focus();
    await page.keyboard.press('Enter');
    await page.getByText(/\d+\s% erased/).waitFor();
    await explained(page);
    const shown = async (): Promise<readonly unknown[]> => [
      (await savedNumbers(page)).probabilities,
      await page.locator('.compare-facts').innerText(),
      await page.getByText(/^\d+\s% erased/).count(),
    ];
    await page.locator('.compare-facts').waitFor();
    const before = await shown();
    await page.waitForURL(/erased=.*&a=sample/);
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    await page.locator('.compare-facts').waitFor();
    await explained(page);
    assert.equal(await shown(), before);
    await page.getByRole('button', { name: /^Sample 4:/ }).click();
    await page.waitForURL(/textures%3A4/);
    await explained(page);
    assert.is(await page.getByText(/% erased/).count(), 0);
    await page.goBack();
    await page.getByText(/^\d+\s% erased/).waitFor();
    await explained(page);
    assert.equal(await shown(), before);
  }));

test('the picture is saved as PNG', () =>
  onPage({}, async ({ page }) => {
    await explained(page);
    const place = (): Promise<number> =>
      page.locator('.lower').evaluate((panel) => panel.getBoundingClientRect().top + scrollY);
    const before = await place();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save picture' }).click(),
    ]);
    await page.getByText('was saved').waitFor();
    assert.equal(await place(), before, 'what is told moves nothing');
    const bytes = await readFile(await download.path());
    assert.equal([...bytes.subarray(1, 4)], [...Buffer.from('PNG')]);
    assert.ok(bytes.byteLength > 10_000, `${bytes.byteLength} bytes`);
  }));

test.run();
