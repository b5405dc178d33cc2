import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { branchedNetwork } from '../test/support/deep-models.ts';
import { imageModel, twoOutputModel } from '../test/support/image-model.ts';
import { drop, explained } from '../test/support/viewer-page.ts';
import { filesOf, landscape, seeThrough, type MadeFolders } from './made-files.ts';

/** A state of the page that is worth a look, and how a user comes to it. */
export interface Scene {
  readonly name: string;
  /** What stands behind the address of the page: a query or a hash. */
  readonly hash?: string;
  readonly isExpert?: boolean;
  /** What is done once the page shows its first explanation; returns another page where that is to be looked at. */
  readonly steps?: (page: Page, made: MadeFolders) => Promise<Page | undefined>;
}

/** A scene whose steps end on the page they began on. */
function scene(
  name: string,
  hash: string,
  steps?: (page: Page, made: MadeFolders) => Promise<void>,
  isExpert = false,
): Scene {
  if (!steps) return { name, hash, isExpert };
  return {
    name,
    hash,
    isExpert,
    steps: async (page, made) => {
      await steps(page, made);
      return undefined;
    },
  };
}

const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name }).first().click();

export const SCENES: readonly Scene[] = [
  scene('start', '', async (page) => {
    await page.locator('canvas.channel-map').waitFor();
  }),
  scene('how-it-works', '#sample=tissue:2', (page) => page.locator('.about summary').click()),
  scene('signal', '#sample=mnist1d:0'),
  scene('tissue-expert', '#sample=tissue:9&panel=numbers', undefined, true),
  ...(['squash', 'crop', 'pad'] as const).map((fit) =>
    scene(`photo-${fit}`, '#sample=textures:0', async (page) => {
      await drop(page, [{ name: 'landscape.png', bytes: landscape(900, 500) }]);
      await page.getByLabel(/^900 × 500 pixels, shown/).selectOption(fit);
      await explained(page);
    }),
  ),
  scene('transparency', '#sample=textures:0', async (page) => {
    await drop(page, [
      { name: 'a logo whose name is rather long (final version).png', bytes: seeThrough(120, 160) },
    ]);
    await page.getByText('it was laid on white').waitFor();
  }),
  scene('waiting', '#sample=mnist1d:0', async (page) => {
    await drop(page, await filesOf(imageModel()));
    await page.getByText('It needs an input').waitFor();
  }),
  scene('shelf', '#sample=textures:0', async (page) => {
    const files = [64, 80, 100, 120, 140].map((width) => ({
      name: `holiday ${width}.png`,
      bytes: landscape(width, 90),
    }));
    await drop(page, [...(await filesOf(imageModel())), files[0]!]);
    await explained(page);
    await drop(page, [...(await filesOf(twoOutputModel())), files[1]!]);
    await explained(page);
    for (const file of files.slice(2)) {
      await drop(page, [file]);
      await page.getByRole('button', { name: file.name, exact: true }).waitFor();
      await explained(page);
    }
  }),
  scene('wall', '#sample=textures:0&panel=race', async (page, made) => {
    await page.getByLabel('Open folder …').setInputFiles(await made.textures());
    await page.getByText(/of 60 right by their folders/).waitFor();
    await page.locator('.job').waitFor({ state: 'detached' });
    await page.locator('.tile').nth(3).click();
    await explained(page);
  }),
  scene('wall-long-names', '#sample=textures:0&panel=race', async (page, made) => {
    await page.getByLabel('Open folder …').setInputFiles(await made.textures());
    await page.getByText(/of 60 right by their folders/).waitFor();
    await page.locator('.job').waitFor({ state: 'detached' });
    const names = Array.from({ length: 8 }, (_, i) => `tissue of the ascending colon, kind ${i}`);
    await drop(page, [{ name: 'names.txt', bytes: new TextEncoder().encode(names.join('\n')) }]);
    await page
      .locator('.tile')
      .first()
      .getByText(/^is tissue/)
      .waitFor();
    await page.locator('.tile').first().scrollIntoViewIfNeeded();
  }),
  scene('wall-filtered', '#sample=textures:0&panel=race', async (page, made) => {
    await page.getByLabel('Open folder …').setInputFiles(await made.textures());
    await page.getByText(/of 60 right by their folders/).waitFor();
    await page.locator('.job').waitFor({ state: 'detached' });
    await page.locator('.wall').getByLabel('Show').selectOption({ index: 2 });
    // Tiles are drawn when they are in sight.
    await page.locator('.tile').first().scrollIntoViewIfNeeded();
  }),
  scene(
    'brush',
    '#sample=tissue:9&view=over&contour=shown',
    async (page) => {
      await press(page, 'Zoom in');
      await press(page, 'Erase a part');
      await page.locator('.sight').focus();
      for (const key of ['ArrowLeft', 'Enter', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
      await page.getByText(/\d+\s% erased: /).waitFor();
      await explained(page);
    },
    true,
  ),
  scene('brush-signal', '#sample=mnist1d:0', async (page) => {
    await press(page, 'Erase a part');
    await page.locator('.sight').focus();
    await page.keyboard.press('Enter');
    await page.getByText(/\d+\s% erased: /).waitFor();
    await explained(page);
  }),
  scene('large', '#sample=tissue:9&stage=wide'),
  scene('signed-swipe', '#sample=textures:3&sides=both&view=swipe&contour=shown&against=1', undefined, true),
  scene('signed-signal', '#sample=mnist1d:0&sides=both'),
  scene('nothing-speaks', '#sample=mnist1d:0&class=7'),
  scene('compare-none', '#sample=tissue:3&panel=compare'),
  scene('compare', '#sample=tissue:3&panel=compare', async (page) => {
    await press(page, 'Keep this as A');
    await page.getByLabel('class of B').selectOption({ index: 1 });
    await page.getByLabel('method of B').selectOption('grad-cam');
    await page.getByRole('img', { name: 'Difference of the maps' }).waitFor();
    await explained(page);
  }),
  scene('compare-signal', '#sample=mnist1d:0&panel=compare', async (page) => {
    await press(page, 'Keep this as A');
    await press(page, /^Sample 4:/);
    await explained(page);
    await page.locator('[data-number]').first().waitFor();
  }),
  scene('layers-folded', '#sample=textures:0', async (page) => {
    await drop(page, [
      ...(await filesOf(branchedNetwork(11))),
      { name: 'hills.png', bytes: landscape(24, 24) },
    ]);
    await page.getByText(/layers in \d+ blocks/).waitFor();
    await explained(page);
    await page.locator('.unfold').nth(-2).click();
  }),
  scene('layers-found', '#sample=textures:0', async (page) => {
    await drop(page, [
      ...(await filesOf(branchedNetwork(11))),
      { name: 'hills.png', bytes: landscape(24, 24) },
    ]);
    await page.getByText(/layers in \d+ blocks/).waitFor();
    await page.getByRole('searchbox', { name: /^Find a layer/ }).fill('mixed');
    await explained(page);
  }),
  scene('channels', '#sample=textures:0&off=3,5', async (page) => {
    await page.getByRole('slider', { name: 'Channel' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^Of the \d+ inputs here/).waitFor();
    await page.locator('.moved strong').waitFor();
  }),
  scene('channels-off', '#sample=mnist1d:0&channel=9&off=9,19', async (page) => {
    await page.locator('canvas.channel-map').waitFor();
    await page.locator('.moved strong').waitFor();
  }),
  scene('methods', '#sample=tissue:3&panel=methods', async (page) => {
    await page.locator('.method-card').nth(7).waitFor();
    await page.locator('.job').waitFor({ state: 'detached' });
  }),
  scene('race', '#sample=mnist1d:0&panel=race', async (page) => {
    await press(page, 'Start the race');
    await page.locator('.race .facts').waitFor();
  }),
  scene('live', '#sample=textures:0&panel=live', async (page) => {
    await press(page, 'Start the camera');
    await page.getByText(/[1-9][\d.]* pictures a second/).waitFor();
  }),
  scene('job', '#sample=textures:0&panel=race', async (page) => {
    await page.getByLabel('Method').selectOption('occlusion');
    await page
      .locator('.job')
      .getByText(/\d+\ss left/)
      .waitFor();
    holdWorker(page);
  }),
  scene('error', '#sample=textures:0', async (page) => {
    await drop(page, [{ name: 'broken.h5', bytes: new TextEncoder().encode('not what it says') }]);
    await page.getByRole('alert').waitFor();
    await explained(page);
  }),
  scene('results', '#sample=textures:0&panel=race', async (page, made) => {
    await page.getByLabel('Open folder …').setInputFiles(await made.result());
    await page.locator('.wall .tile').nth(5).click();
    await page.getByRole('table', { name: /those that count most/ }).waitFor();
    await page.locator('.job').waitFor({ state: 'detached' });
  }),
  scene(
    'question',
    '?model=https://example.org/cats/model.json&image=https://example.org/cats/1.png',
    async (page) => {
      await page.getByRole('region', { name: 'A question' }).waitFor();
    },
  ),
  scene('tour-off', '', (page) => tour(page, 3)),
  scene('tour-grows', '', async (page) => {
    await tour(page, 4);
    await page.locator('.tour input').press('End');
  }),
  scene('embed', '?embed=1#sample=tissue:9'),
  reportScene('report', '#sample=tissue:9'),
  reportScene('report-signal', '#sample=mnist1d:0&sides=both'),
];

/** The page that is saved of a view. */
function reportScene(name: string, hash: string): Scene {
  return {
    name,
    hash,
    steps: async (page, made) => {
      const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Save report')]);
      const file = await made.place(`${name}.html`);
      await download.saveAs(file);
      const report = await page.context().newPage();
      await report.goto(pathToFileURL(file).href);
      return report;
    },
  };
}

async function tour(page: Page, pages: number): Promise<void> {
  await page.locator('#start-tour').click();
  const card = page.getByRole('dialog');
  for (let turned = 0; turned < pages; turned++) await card.getByRole('button', { name: 'Next' }).click();
  await card.getByText(/instead of|^\d+ of \d+ channels/).waitFor();
}

/** Longer than pictures take, and shorter than the page waits for a worker that says nothing. */
const HELD_MS = 25_000;

/** Makes the worker stand still in the midst of its job, so that every picture is of the same moment. */
function holdWorker(page: Page): void {
  const held = page
    .workers()
    .at(-1)
    ?.evaluate((ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms), HELD_MS);
  // It ends with the page.
  held?.catch(() => undefined);
}
