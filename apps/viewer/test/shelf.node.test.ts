import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';
import { readInput, textureClassNames } from '@ablation-cam/model';
import { overflowOf, violationsOf } from './support/axe.ts';
import { imageModel, imageModelFiles, testImage } from './support/image-model.ts';
import { networkFiles } from './support/many-networks.ts';
import { MemoryMeter, WATCH_WASM, type HeldBytes } from './support/memory.ts';
import { drop, explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, onPage } = viewerSuite('the shelf and the wall of the viewer');

const network = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Networks' }).getByRole('button', { name, exact: true });
const ownInput = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Your inputs' }).getByRole('button', { name, exact: true });

test('networks and inputs come back as they were left, also after a reload, until the shelf is cleared', async () => {
  const model = imageModel();
  const files = await imageModelFiles(model);
  model.dispose();
  await onPage({ hash: '#sample=mnist1d:3&layer=conv1d_1&class=6' }, async ({ page }) => {
    await explained(page);
    await drop(page, [...files, { name: 'blobs.png', bytes: testImage() }]);
    await ownInput(page, 'blobs.png').waitFor();
    await explained(page);
    await page.locator('.class').filter({ hasText: 'class 2' }).click();
    await page.locator('.layer-box').filter({ hasText: 'edges' }).click();
    await explained(page);
    const left = await savedNumbers(page);
    assert.equal([left.layer, left.classIndex], ['edges', 2]);
    await page.reload();
    await page.getByText('The network says class').waitFor();
    await explained(page);
    const reloaded = await savedNumbers(page);
    assert.equal([reloaded.input, reloaded.layer, reloaded.classIndex], ['blobs.png', 'edges', 2]);

    await network(page, 'MNIST-1D').click();
    await explained(page);
    const back = await savedNumbers(page);
    assert.equal([back.input, back.layer, back.classIndex], ['mnist1d:3', 'conv1d_1', 6]);

    await page.reload();
    await network(page, 'model.json').click();
    await page.getByText('The network says class').waitFor();
    await explained(page);
    const again = await savedNumbers(page);
    assert.equal([again.input, again.layer, again.classIndex], ['blobs.png', 'edges', 2]);
    assert.equal(again.weights, left.weights);

    assert.match(await page.locator('.shelf-note').innerText(), /Kept on this machine: 0\.\d MB/);
    await page.getByRole('button', { name: 'Clear the shelf' }).click();
    assert.is(await page.evaluate(() => document.activeElement?.tagName), 'BUTTON');
    await page.waitForFunction(isEmptied);
    await page.reload();
    await network(page, 'MNIST-1D').waitFor();
    await explained(page);
    assert.is(await network(page, 'model.json').count(), 0);
    assert.is(await ownInput(page, 'blobs.png').count(), 0);
  });
});

/** Whether nothing is kept any more: what is cleared is gone from the disk a little later. */
function isEmptied(): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('ablation-cam-viewer');
    opening.onerror = () => {
      reject(new Error('The database does not open.'));
    };
    opening.onsuccess = () => {
      const counting = opening.result.transaction('models').objectStore('models').count();
      counting.onsuccess = () => {
        opening.result.close();
        resolve(counting.result === 0);
      };
    };
  });
}

const NO_DATABASE = `indexedDB.open = () => { throw new DOMException('It is not allowed here.', 'SecurityError'); };`;
const NO_ROOM = `
  IDBObjectStore.prototype.put = () => { throw new DOMException('No room.', 'QuotaExceededError'); };`;

for (const [what, pagePrelude, sentence] of [
  ['a browser that keeps nothing', NO_DATABASE, /keeps nothing for this page .* until the page is closed/],
  ['a full disk', NO_ROOM, /storage for this page is full/],
] as const) {
  test(`${what} gets a sentence, and the page goes on without`, () =>
    onPage({ hash: '#sample=textures:0', pagePrelude }, async ({ page }) => {
      await explained(page);
      await drop(page, [{ name: 'blobs.png', bytes: testImage() }]);
      await page.locator('.shelf-note').filter({ hasText: sentence }).waitFor();
      await ownInput(page, 'blobs.png').waitFor();
      await page.getByRole('button', { name: /^Sample 4:/ }).click();
      await explained(page);
      await ownInput(page, 'blobs.png').click();
      await explained(page);
      assert.is((await savedNumbers(page)).input, 'blobs.png');
      const remove = page.getByRole('button', { name: 'Take blobs.png off the shelf' });
      await remove.focus();
      await page.keyboard.press('Enter');
      assert.is(await ownInput(page, 'blobs.png').count(), 0);
      assert.is.not(await page.evaluate(() => document.activeElement?.tagName), 'BODY');
    }));
}

const COUNT = 60;
/** Samples that lie in the folder of another class. */
const MISPLACED = [7, 31];

test('a folder becomes a wall: what the network says of each, errors first, a click opens one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-wall-'));
  try {
    const classes = textureClassNames.length;
    for (let index = 0; index < COUNT; index++) {
      const { original, label = 0 } = await readInput(`textures:${index}`, { shape: [64, 64, 3] });
      const { width = 0, height = 0, rgb = new Uint8Array() } = original ?? {};
      const said = MISPLACED.includes(index) ? (label + 1) % classes : label;
      const place = join(folder, textureClassNames[said] ?? '');
      await mkdir(place, { recursive: true });
      await writeFile(join(place, `${index}.png`), encode({ width, height, channels: 3, data: rgb }));
    }
    await onPage({ hash: '#sample=textures:0&panel=race' }, async ({ page }) => {
      await explained(page);
      await page.getByLabel('Open folder …').setInputFiles(folder);
      const wall = page.getByRole('region', { name: `Wall of ${COUNT} inputs` });
      const tiles = wall.locator('.tile');
      await wall.getByText(new RegExp(`of ${COUNT} right by their folders`)).waitFor();
      assert.is(await tiles.count(), COUNT);
      const marks = await tiles.evaluateAll((all) => all.map((tile) => tile.classList.contains('wrong')));
      const wrong = marks.lastIndexOf(true) + 1;
      assert.ok(wrong >= MISPLACED.length && marks.slice(0, wrong).every(Boolean), 'errors come first');
      const names = await tiles.evaluateAll((all) => all.map((tile) => tile.getAttribute('title') ?? ''));
      for (const index of MISPLACED)
        assert.ok(
          names.slice(0, wrong).some((name) => name.startsWith(`${index}.png: `)),
          names.join('\n'),
        );

      assert.equal(await violationsOf(page), []);
      await page.setViewportSize({ width: 320, height: 640 });
      assert.ok((await overflowOf(page)) <= 0, 'as wide as a narrow page');

      await tiles.last().click();
      await explained(page);
      const saved = await savedNumbers(page);
      const [, input, said, share] = /^(.+): (.+), (.+)$/.exec(names.at(-1) ?? '') ?? [];
      assert.equal([saved.input, saved.className], [input, said]);
      const probability = 100 * (saved.probabilities?.[saved.classIndex] ?? 0);
      if (!share?.startsWith('>')) assert.is(share, `${probability.toFixed(1)} %`);

      await wall.getByLabel('Show').selectOption(String(saved.classIndex));
      const left = await tiles.evaluateAll((all) => all.map((tile) => tile.getAttribute('title') ?? ''));
      assert.ok(left.length > 0 && left.length < COUNT);
      assert.ok(
        left.every((name) => name.includes(`: ${saved.className ?? ''}`)),
        left.join('\n'),
      );
      await wall.getByRole('button', { name: 'Close the wall' }).click();
      await wall.waitFor({ state: 'detached' });
      assert.is(await page.evaluate(() => document.activeElement?.tagName), 'BUTTON');
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

const NETWORKS = 20;
const MOST_MORE = 50e6;

test(`${NETWORKS} networks one after the other leave page and worker as they were`, () =>
  onPage({ hash: '#sample=textures:0&panel=race', workerPrelude: WATCH_WASM }, async ({ page }) => {
    await explained(page);
    const meter = await MemoryMeter.of(page);
    const start = await meter.held();
    for (let index = 0; index < NETWORKS; index++) {
      const files = await networkFiles(index);
      await drop(page, [...files, { name: `blobs-${index}.png`, bytes: testImage() }]);
      // What was explained is on the shelf.
      await page.getByRole('button', { name: `blobs-${index}.png`, exact: true }).waitFor();
      await explained(page);
    }
    assert.is(await page.getByRole('button', { name: /^Take (net|model)/ }).count(), NETWORKS);
    await network(page, 'Textures').click();
    await page.getByRole('button', { name: /^Sample 14:/ }).waitFor();
    await explained(page);
    const end = await meter.held();
    const told = JSON.stringify([start, end]);
    const sum = ({ heaps, wasm }: HeldBytes): number => heaps + wasm;
    assert.ok(sum(end) - sum(start) < MOST_MORE, told);
    // What one network leaves would be a multiple of this after a hundred.
    assert.ok(end.heaps - start.heaps < 0.2 * MOST_MORE, told);
    // What the large one has made of it went with its worker.
    assert.ok(end.wasm - start.wasm < 0.6 * MOST_MORE, told);
  }));

test.run();
