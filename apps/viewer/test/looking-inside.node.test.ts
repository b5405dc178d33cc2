import { embeddedModel, modelFiles, readInput } from '@ablation-cam/model';
import { featureMap } from '@ablation-cam/xai';
import { violationsOf } from './support/axe.ts';
import { residualNetwork } from './support/deep-models.ts';
import { testImage } from './support/image-model.ts';
import { drop, explained, savedNumbers, type ViewerPage } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, onPage } = viewerSuite('looking inside in the viewer');
type Page = ViewerPage['page'];

test('channels are looked at and switched off with the keyboard, and the prediction moves', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const chart = page.getByRole('slider', { name: 'Channel' });
    await chart.focus();
    const first = await chart.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowRight');
    assert.is.not(await chart.getAttribute('aria-valuetext'), first);
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.locator('.moved strong').waitFor();
    assert.match((await chart.getAttribute('aria-valuetext')) ?? '', 'off');
    const channel = Number(/channel (\d+)/.exec(first ?? '')?.[1]);
    const saved = await savedNumbers(page);
    const alone = saved.ablatedScores[channel]?.[2] ?? NaN;
    const shown = await page.locator('.class .masked-score').nth(2).innerText();
    assert.is(shown.replace(/[^\d.]+/g, ''), (100 * alone).toFixed(1));
    await page.getByRole('button', { name: 'All on again' }).click();
    assert.is(await page.locator('.masked-score').count(), 0);
  }));

test('the true region of a texture is outlined, and methods are held against it', () =>
  onPage({ hash: '#sample=textures:3&panel=methods' }, async ({ page }) => {
    await explained(page);
    await page.getByRole('img', { name: 'The true region', exact: true }).waitFor();
    await page.getByText(/The network says rings .* correct/).waitFor();
    await page
      .getByText(/(hit|missed), [\d.]+\s% inside/)
      .first()
      .waitFor();
    await page.getByRole('checkbox', { name: 'True region' }).uncheck();
    assert.is(await page.getByRole('img', { name: 'The true region', exact: true }).count(), 0);
  }));

test('the inputs at hand that excite a channel most stand beside it', () =>
  onPage({ hash: '#sample=textures:0' }, async ({ page }) => {
    await explained(page);
    await page.locator('.sample .caption').nth(14).waitFor();
    const chart = page.getByRole('slider', { name: 'Channel' });
    await page.getByText('Point at a bar: the inputs').waitFor();
    await drop(page, [{ name: 'blobs.png', bytes: testImage() }]);
    await page.getByRole('button', { name: 'blobs.png', exact: true }).waitFor();
    await explained(page);
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Of the 16 inputs here.').waitFor();
    const channel = Number(/channel (\d+)/.exec((await chart.getAttribute('aria-valuetext')) ?? '')?.[1]);
    const { network, dispose } = await embeddedModel('textures');
    const peaks: { readonly name: string; readonly peak: number }[] = [];
    for (const source of [...Array.from({ length: 15 }, (_, i) => `textures:${i}`), testImage()]) {
      const input = await readInput(source, { shape: [64, 64, 3] });
      const { data, shape } = await featureMap(network, input);
      const channels = shape.at(-1) ?? 1;
      const peak = Math.max(...data.filter((_, i) => i % channels === channel));
      const name = typeof source === 'string' ? `Textures, test sample ${source.slice(9)}` : 'blobs.png';
      peaks.push({ name, peak });
    }
    dispose();
    peaks.sort((a, b) => b.peak - a.peak);
    const shown = page.getByRole('region', { name: 'What excites it most' }).getByRole('button');
    assert.equal(
      await shown.evaluateAll((all) => all.map((button) => button.getAttribute('title')?.split(':')[0])),
      peaks.slice(0, 4).map(({ name }) => name),
    );
    await shown.nth(1).click();
    await explained(page);
    assert.match((await chart.getAttribute('aria-valuetext')) ?? '', `channel ${channel},`);
    assert.is(await shown.nth(1).getAttribute('aria-pressed'), 'true');
  }));

test('the tour switches a channel off, lets the map grow, and leaves everything as it was', () =>
  onPage({ hash: '#sample=textures:3&class=1&panel=race', isExpert: false }, async ({ page }) => {
    await explained(page);
    const button = page.locator('#start-tour');
    assert.match(await button.innerText(), 'New here?');
    const before = await page.locator('.map-caption').innerText();
    await button.focus();
    await page.keyboard.press('Enter');
    const tour = page.getByRole('dialog');
    await tour.getByText('says rings').waitFor();
    assert.equal(await violationsOf(page), []);
    const whole = await page.locator('.map-caption').innerText();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    const [, channel] = /channel (\d+)/.exec(await tour.innerText()) ?? [];
    await page.keyboard.press('ArrowRight');
    const told = await tour.getByText('instead of').innerText();
    const [, less = '', more = ''] = /gets ([\d.<>\s]+)\s% instead of ([\d.<>\s]+)\s%/.exec(told) ?? [];
    await page.getByText(`With channel ${channel ?? ''} off`).waitFor();
    const number = (text: string): number => Number(text.replace(/[<>\s]/g, ''));
    assert.ok(number(less) < number(more), told);
    assert.ok((await page.locator('.masked-score').count()) > 0);
    // Time is the test's from here on.
    await page.clock.install();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.keyboard.press('ArrowRight');
    await tour.getByText(/^1 of \d+ channels/).waitFor();
    assert.is(await page.locator('.masked-score').count(), 0);
    // What the map grows by is there.
    await page.locator('canvas.channel-map').waitFor();
    await page.clock.runFor(5000);
    await tour.getByText(/^1 of \d+ channels/).waitFor();
    assert.equal(await movingParts(page), []);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    assert.equal(await movingParts(page), ['sight', 'outdated', 'progress']);
    // By itself, channel by channel.
    const isWhole = (): Promise<boolean> =>
      tour.getByRole('slider').evaluate((slider: HTMLInputElement) => slider.value === slider.max);
    for (let step = 0; step < 30 && !(await isWhole()); step++) await page.clock.runFor(1000);
    assert.ok(await isWhole());
    await page.locator('.map-caption', { hasText: whole }).waitFor();
    await page.keyboard.press('Escape');
    assert.is(await tour.count(), 0);
    assert.is(await page.evaluate(() => document.activeElement?.id), 'start-tour');
    assert.is(await button.innerText(), 'Tour (60\u00a0s)');
    assert.is(await page.locator('.map-caption').innerText(), before);
    assert.is(await page.getByRole('tab', { selected: true }).innerText(), 'Race');
  }));

/** The classes of what would move by itself if it stood on the stage: what fades there, and a bar that does not know how long it will take. */
function movingParts(page: Page): Promise<readonly string[]> {
  return page.locator('.stage').evaluate((stage) => {
    const probe = document.createElement('div');
    probe.className = 'stage stale';
    for (const name of ['sight', 'outdated', 'progress']) {
      const part = probe.appendChild(document.createElement(name === 'progress' ? 'progress' : 'div'));
      part.className = name;
    }
    stage.after(probe);
    const moves = (part: Element): boolean => {
      const { transitionDuration, animationName, appearance } = getComputedStyle(part);
      const isBar = part.tagName === 'PROGRESS' && appearance !== 'none';
      return isBar || animationName !== 'none' || !/^0s(, 0s)*$/.test(transitionDuration);
    };
    const moving = [...document.querySelectorAll('*')]
      .filter(moves)
      .map((part) => part.getAttribute('class') ?? '');
    probe.remove();
    return moving;
  });
}

test('the race is run, and says how far apart the answers are', () =>
  onPage({ hash: '#sample=mnist1d:0&panel=race' }, async ({ page }) => {
    await explained(page);
    await page.getByRole('button', { name: 'Start the race' }).click();
    const facts = page.locator('.race .facts');
    await facts.waitFor();
    const text = await facts.innerText();
    const difference = Number(/([\d.]+(?:e−\d+)?) of the largest/.exec(text)?.[1]?.replace('−', '-'));
    assert.ok(difference < 1e-4, text);
    assert.match(text, '1 for all 25 channels');
  }));

test('three hundred layers are folded, found by name, and push nothing away', async () => {
  const model = residualNetwork(50);
  assert.ok(model.layers.length >= 300, `${model.layers.length} layers`);
  const files = await modelFiles(model);
  model.dispose();
  await onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    await drop(page, [...files, { name: 'blobs.png', bytes: testImage() }]);
    await page.getByText(/layers in 5\d blocks; top_conv is chosen/).waitFor();
    await explained(page);
    const height = async (): Promise<number> => (await page.locator('.layers').boundingBox())?.height ?? NaN;
    const before = await height();
    assert.ok(before < 600, `the layers are ${before} pixels high`);
    const chosen = page.locator('.layer-box.chosen');
    assert.ok(await isInSight(), 'the chosen layer is in view');

    assert.equal(await violationsOf(page), []);
    await page.getByRole('searchbox', { name: /^Find a layer/ }).fill('block7_ bn');
    await page.getByText(/^1 of 30\d layers/).waitFor();
    assert.is(await height(), before);
    await page.locator('.found .layer-box').click();
    await explained(page);
    assert.is((await savedNumbers(page)).layer, 'stage_block7_1_bn');
    await page.getByRole('searchbox').fill('');
    assert.match(await chosen.innerText(), 'stage_block7_1_bn');
    assert.ok(await isInSight(), 'the layer that was found is in view among its block');
    assert.match(await page.locator('.block.holds').innerText(), 'passed on as it is');
    assert.is(await height(), before, 'what is below stays put');

    async function isInSight(): Promise<boolean> {
      return chosen.evaluate((box) => {
        const { top, bottom } = box.getBoundingClientRect();
        const list = box.closest('.blocks')?.getBoundingClientRect();
        return list !== undefined && top >= list.top - 1 && bottom <= list.bottom + 1;
      });
    }
  });
});

test('of many channels those that count most come first, the others on demand', async () => {
  const model = residualNetwork(1);
  const files = await modelFiles(model);
  model.dispose();
  await onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    await drop(page, [...files, { name: 'blobs.png', bytes: testImage() }]);
    await page.getByText('The 30 of 1280 channels that count most.').waitFor();
    const { weights } = await savedNumbers(page);
    const most = weights.indexOf(Math.max(...weights));
    const slider = page.getByRole('slider', { name: 'Channel' });
    await slider.focus();
    await page.keyboard.press('Home');
    assert.match((await slider.getAttribute('aria-valuetext')) ?? '', `channel ${most},`);
    assert.is(await slider.getAttribute('aria-valuemax'), '29');
    await page.getByRole('button', { name: '30 more' }).click();
    await page.getByText('The 60 of 1280').waitFor();
    await page.getByRole('button', { name: 'All 1280' }).click();
    await page.getByText('All 1280 channels.').waitFor();
    assert.is(await slider.getAttribute('aria-valuemax'), '1279');
  });
});

test.run();
