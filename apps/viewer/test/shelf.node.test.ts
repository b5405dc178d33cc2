import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { embeddedModel, readInput } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import { ablationCam } from '@ablation-cam/xai';
import { serve } from '../src/server/serve.ts';
import { overflowOf, violationsOf } from './support/axe.ts';
import { commandOutput } from './support/command-output.ts';
import { imageModel, imageModelFiles, testImage } from './support/image-model.ts';
import { networkFiles } from './support/many-networks.ts';
import { MemoryMeter, WATCH_WASM, type HeldBytes } from './support/memory.ts';
import { writeTextures } from './support/textures-folder.ts';
import { drop, explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, site, onPage } = viewerSuite('the shelf and the wall of the viewer');

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

    assert.match(await page.locator('.shelf-note').innerText(), /Kept on this machine: 0\.\d\sMB/);
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
    await writeTextures(folder, COUNT, MISPLACED);
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
      if (!share?.startsWith('>')) assert.is(share, `${probability.toFixed(1)}\u00a0%`);

      await wall.getByLabel('Show').selectOption(String(saved.classIndex));
      const left = await tiles.evaluateAll((all) => all.map((tile) => tile.getAttribute('title') ?? ''));
      assert.ok(left.length > 0 && left.length < COUNT);
      assert.ok(
        left.every((name) => name.includes(`: ${saved.className ?? ''}`)),
        left.join('\n'),
      );
      await wall
        .getByText(new RegExp(`of all ${COUNT} right by .* ${left.length} of the ${COUNT} (is|are) shown`))
        .waitFor();

      await wall.getByLabel('Show').selectOption('all');
      const longNames = Array.from({ length: 8 }, (_, i) => `tissue of the ascending colon, kind ${i}`);
      await drop(page, [{ name: 'names.txt', bytes: Buffer.from(longNames.join('\n')) }]);
      await tiles
        .first()
        .getByText(/said tissue of the ascending colon, kind \d/)
        .waitFor();
      await tiles
        .first()
        .getByText(/^is tissue of the ascending colon, kind \d$/)
        .waitFor();
      const cut = await tiles
        .locator('.caption')
        .evaluateAll((all) =>
          all.flatMap((each) =>
            each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight
              ? [each.textContent]
              : [],
          ),
        );
      assert.equal(cut, [], 'names are cut off');
      await wall.getByRole('button', { name: 'Close the wall' }).click();
      await wall.waitFor({ state: 'detached' });
      assert.is(await page.evaluate(() => document.activeElement?.tagName), 'BUTTON');
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

const SAMPLES = 30;

test('a result of explain-set becomes a gallery, dropped or served, filtered and looked at', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-result-'));
  const out = join(folder, 'textures.zarr');
  const command = [
    'explain-set',
    'textures',
    '--limit',
    String(SAMPLES),
    '--shard-size',
    '8',
    '--workers',
    '1',
  ];
  try {
    await commandOutput([...command, '--weights', 'float16', '--out', out]);
    const server = await serve(site().files, 0, { result: out });
    await onPage({ hash: '#sample=mnist1d:0&panel=race' }, async ({ page }) => {
      await explained(page);
      await page.getByLabel('Open folder …').setInputFiles(out);
      const gallery = page.getByRole('region', { name: 'textures.zarr' });
      const tiles = gallery.getByRole('list', { name: 'Samples of the result' }).getByRole('button');
      await gallery.getByText(new RegExp(`^${SAMPLES} samples explained for the network textures`)).waitFor();
      const titles = (): Promise<string[]> =>
        tiles.evaluateAll((all) => all.map((tile) => tile.getAttribute('title') ?? ''));
      assert.is((await titles()).length, 24);
      const wrong = (await titles()).map((title) => title.includes('but it is'));
      assert.is(wrong.lastIndexOf(true) + 1, wrong.filter(Boolean).length, 'errors come first');
      await gallery.getByLabel('Predicted').selectOption({ label: 'dots' });
      assert.ok((await titles()).every((title) => title.includes(': dots')));
      await gallery.getByLabel('Order').selectOption('unsure');
      const [least = ''] = await titles();
      await tiles.first().click();
      const table = gallery.getByRole('table', { name: /those that count most/ });
      await table.waitFor();
      assert.equal(await violationsOf(page), []);
      const [name = ''] = least.split(': ');
      const { network, dispose } = await embeddedModel('textures');
      const { explanations } = await ablationCam(network, await readInput(name, { shape: [64, 64, 3] }));
      dispose();
      const weights = [...(explanations[0]?.weights ?? [])].sort((a, b) => Math.abs(b) - Math.abs(a));
      const shown = await table
        .locator('[data-weight]')
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-weight'))));
      assertClose(shown, weights.slice(0, shown.length), { ofLargest: 2e-3 });
      await gallery.getByRole('img', { name: `The picture ${name}` }).waitFor();
      const [, said] = least.split(', ');
      assert.match(await gallery.locator('.result-sample').innerText(), `, for dots (${said ?? ''})`);
      await gallery.getByRole('button', { name: 'Close the result' }).click();
      await gallery.waitFor({ state: 'detached' });

      const served = await site().open({
        url: server.url,
        hash: '?result=result/#sample=mnist1d:0&panel=race',
      });
      const other = served.page.getByRole('region', { name: 'result' });
      await other.getByText(`${SAMPLES} samples explained`).waitFor();
      assert.equal(served.complaints, []);
      await served.close();
      assert.is((await fetch(`${server.url}result/../package.json`)).status, 404);
      assert.is((await fetch(`${server.url}result/.hidden`)).status, 404);
    });
    // What is broken is said, and the page goes on.
    const broken = await site().open({ hash: '?result=nowhere#sample=mnist1d:0' });
    await broken.page.getByRole('alert').getByText('nowhere is no whole result of explain-set').waitFor();
    await explained(broken.page);
    await broken.close();
    server.close();
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
