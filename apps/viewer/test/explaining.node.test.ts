import { assertClose } from '@ablation-cam/tools/testing';
import { embeddedModel, readInput } from '@ablation-cam/model';
import { ablationCam, contrastOf, explain } from '@ablation-cam/xai';
import { dropAndIncrease } from '@ablation-cam/xai/metrics';
import { commandOutput } from './support/command-output.ts';
import { explained, savedNumbers, type SavedExplanation } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';
import { SHOWN } from './support/tolerance.ts';

const { test, onPage } = viewerSuite('explaining in the viewer');

for (const [sample, classIndex, options] of [
  ['mnist1d:3', 4, []],
  ['mnist1d:7', 1, ['--ablation', 'channel-mean', '--score', 'logit', '--weighting', 'slope']],
  ['textures:2', 2, []],
] as const) {
  test(`the numbers are those of pnpm explain ${[sample, ...options].join(' ')}`, async () => {
    const model = sample.split(':')[0] ?? '';
    const command = [
      'explain',
      sample,
      '--model',
      model,
      '--class',
      String(classIndex),
      '--json',
      '--ablated-scores',
      ...options,
    ];
    const expected = JSON.parse(await commandOutput(command)) as SavedExplanation;
    const link = new URLSearchParams({ sample, class: String(classIndex), panel: 'numbers' });
    for (let i = 0; i < options.length; i += 2) link.set(options[i]?.slice(2) ?? '', options[i + 1] ?? '');
    await onPage({ hash: `#${link.toString()}` }, async ({ page }) => {
      await explained(page);
      const saved = await savedNumbers(page);
      for (const name of ['input', 'layer', 'classIndex', 'className', 'channels', 'score'] as const) {
        assert.equal(saved[name], expected[name], name);
      }
      assert.equal(saved.map.shape, expected.map.shape);
      for (const [name, of] of Object.entries(numbersOf)) {
        assertClose(of(saved), of(expected), SHOWN, name);
      }
      const column = (name: string): Promise<number[]> =>
        page
          .locator(`[data-${name}]`)
          .evaluateAll((cells, key) => cells.map((cell) => Number(cell.getAttribute(`data-${key}`))), name);
      assertClose(await column('weight'), expected.weights, SHOWN);
      assertClose(await column('probability'), expected.probabilities ?? [], SHOWN);
    });
  });
}

const numbersOf: Readonly<Record<string, (explanation: SavedExplanation) => readonly number[]>> = {
  probabilities: ({ probabilities }) => probabilities ?? [],
  logits: ({ logits }) => logits,
  weights: ({ weights }) => weights,
  ablatedScores: ({ ablatedScores }) => ablatedScores.flat(),
  map: ({ map }) => map.data,
  mapSigned: ({ mapSigned }) => mapSigned.data,
};

test('another class is shown at once, from the same run', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const before = await page.locator('.map-caption').innerText();
    const status = await page.locator('.status').innerText();
    await page.getByRole('radio', { name: /^5/ }).check({ force: true });
    await page.getByText('What speaks for 5').waitFor();
    assert.is.not(await page.locator('.map-caption').innerText(), before);
    assert.match(await page.locator('.verdict').innerText(), 'Bright parts speak for 5');
    // The time of the run is still that of the first.
    assert.is(await page.locator('.status').innerText(), status);
    await page.waitForURL(/class=5/);
    await page.getByRole('radio', { name: /^7/ }).check({ force: true });
    await page.getByText('Nothing at this layer speaks for 7').waitFor();
  }));

test('what takes long says how far it is, and can be cancelled', () =>
  onPage({ hash: '#sample=textures:0&panel=race' }, async ({ page }) => {
    await explained(page);
    await page.getByLabel('Method').selectOption('occlusion');
    const job = page.locator('.job');
    await job.getByText(/Occlusion … \d+\ss (left|so far)/).waitFor();
    assert.match(await page.locator('.verdict').innerText(), /out of date/);
    await job.getByRole('button', { name: 'Cancel' }).click();
    await job.first().waitFor({ state: 'detached' });
    assert.is(await page.getByLabel('Method').inputValue(), 'ablation-cam');
    assert.not.match(await page.locator('.verdict').innerText(), /out of date/);
  }));

test('a link to what is not there says so, and shows what is', () =>
  onPage({ hash: '#sample=mnist1d:0&layer=nope' }, async ({ page }) => {
    await page.getByRole('alert').getByText('nope').waitFor();
    await explained(page);
  }));

test('another layer and another ablation value are explained anew', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const before = await savedNumbers(page);
    await page.getByLabel('“Off” is').selectOption('zero-kernel');
    await explained(page);
    const kernel = await savedNumbers(page);
    assert.not.equal(kernel.weights, before.weights);
    await page.getByRole('radio', { name: /^conv1d_1/ }).check({ force: true });
    await explained(page);
    assert.is((await savedNumbers(page)).layer, 'conv1d_1');
  }));

test('another method, and one class against another, are explained as by the library', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const loaded = await embeddedModel('mnist1d');
    const input = await readInput('mnist1d:0', { shape: [40, 1] });
    await page.getByLabel('Method').selectOption('grad-cam');
    await page.getByText('by Grad-CAM').waitFor();
    const gradCam = await explain(loaded.model, input, { method: 'grad-cam', classIndex: 2 });
    assertClose((await savedNumbers(page)).weights, gradCam.explanations[0]?.weights ?? [], SHOWN);
    await page.getByLabel('Method').selectOption('ablation-cam');
    await page.getByLabel('Rather than').selectOption('7');
    await page.getByText('speak for 2 rather than 7').waitFor();
    const contrast = await explain(loaded.model, input, {
      method: 'ablation-cam',
      target: contrastOf(2, 7, 'probability'),
    });
    assertClose((await savedNumbers(page)).weights, contrast.explanations[0]?.weights ?? [], SHOWN);
    loaded.dispose();
  }));

test('methods stand side by side, measured as by the library', () =>
  onPage({ hash: '#sample=mnist1d:0&panel=methods&blank=zero' }, async ({ page }) => {
    await explained(page);
    const cards = page.locator('.method-card');
    await cards.first().waitFor();
    assert.is(await cards.count(), 8);
    const loaded = await embeddedModel('mnist1d');
    const input = await readInput('mnist1d:0', { shape: [40, 1] });
    const { explanations } = await ablationCam(loaded.model, input, { executor: 'reference' });
    const [expected] = await dropAndIncrease(loaded.model, input, explanations, {
      protocol: { kind: 'top-fraction', fraction: 0.3 },
    });
    assert.match(await cards.first().innerText(), `${(100 * (expected?.drop ?? NaN)).toFixed(1)}\u00a0%`);
    await page.getByRole('button', { name: 'Show Layer-CAM' }).click();
    await page.getByText('by Layer-CAM').waitFor();
    loaded.dispose();
  }));

test.run();
