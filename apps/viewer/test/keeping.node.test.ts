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
      await page.getByRole('button', { name: /^Sample 4:/ }).click();
      await explained(page);
      await page.waitForURL(/sample=mnist1d%3A4/);
    },
  ));

test('the picture is saved as PNG', () =>
  onPage({}, async ({ page }) => {
    await explained(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save picture' }).click(),
    ]);
    const bytes = await readFile(await download.path());
    assert.equal([...bytes.subarray(1, 4)], [...Buffer.from('PNG')]);
    assert.ok(bytes.byteLength > 10_000, `${bytes.byteLength} bytes`);
  }));

test.run();
