import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertClose, shared, skipIf } from '@ablation-cam/tools/testing';
import { encode } from 'fast-png';
import { embeddedModel, encodeNpy, readInput, type Fit } from '@ablation-cam/model';
import { ablationCam } from '@ablation-cam/xai';
import {
  IMAGE_CLASSES,
  imageModel,
  imageModelFiles,
  testImage,
  twoOutputModel,
} from './support/image-model.ts';
import { drop, explained, savedNumbers, savedReport } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';
import { SHOWN } from './support/tolerance.ts';

const { test, onPage } = viewerSuite('own files in the viewer');

test('an own model and an own image are dropped in and explained; a race over them is cancelled', async () => {
  const model = imageModel();
  const files = await imageModelFiles(model);
  const png = testImage();
  const input = await readInput(png, { shape: [96, 96, 3] });
  const { explanations } = await ablationCam(model, input, { executor: 'reference' });
  const expected = explanations[0];
  await onPage({}, async ({ page }) => {
    await explained(page);
    await drop(page, files);
    await page.getByText('It needs an input').waitFor();
    const usable = page.locator('.look > .controls :is(select, input):enabled');
    assert.is(await usable.count(), 0, 'there is nothing to show');
    const rows = IMAGE_CLASSES.map((name, index) => `${index},${name}`).reverse();
    const names = new TextEncoder().encode(`index,name\n${rows.join('\n')}\n`);
    await drop(page, [
      { name: 'picture.png', bytes: png },
      { name: 'names.csv', bytes: names },
    ]);
    await explained(page);
    const className = IMAGE_CLASSES[expected?.classIndex ?? -1] ?? '';
    await page.getByText(`The network says ${className}`).waitFor();
    assertClose((await savedNumbers(page)).weights, expected?.weights ?? [], SHOWN);

    // Every channel then takes a pass through the whole network.
    await page.getByLabel('“Off” is').selectOption('zero-kernel');
    await explained(page);
    await page.getByRole('tab', { name: 'Race' }).click();
    const start = page.getByRole('button', { name: 'Start the race' });
    await start.waitFor();
    // Both at once, from inside the page: how long the race takes depends on the machine.
    await page.evaluate(async () => {
      const [run, cancel] = document.querySelectorAll<HTMLButtonElement>('.race .buttons button');
      run?.click();
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      cancel?.click();
    });
    await page.getByText('The race was cancelled.').waitFor();
    assert.ok(await start.isEnabled());
  });
  model.dispose();
});

test('of several outputs one is chosen', async () => {
  const model = twoOutputModel();
  const files = await imageModelFiles(model);
  const png = testImage();
  const input = await readInput(png, { shape: [32, 32, 3] });
  await onPage({}, async ({ page }) => {
    await explained(page);
    await drop(page, [...files, { name: 'picture.png', bytes: png }]);
    for (const output of ['kind', 'age']) {
      await page.getByLabel('Output').selectOption(output);
      await explained(page);
      const { explanations } = await ablationCam(model, input, { output, executor: 'reference' });
      const saved = await savedNumbers(page);
      assert.is(saved.output, output);
      assertClose(saved.probabilities ?? [], explanations[0]?.probabilities ?? [], SHOWN, output);
      assertClose(saved.weights, explanations[0]?.weights ?? [], SHOWN, output);
    }
  });
  model.dispose();
});

test('an own .h5 model explains an own signal', () =>
  onPage({}, async ({ page }) => {
    const golden = new URL('../../../packages/model/test/golden/keras/', import.meta.url);
    const h5 = await readFile(new URL('sequential-keras2.h5.bin', golden));
    const answers = JSON.parse(await readFile(new URL('expected.json', golden), 'utf8')) as Answers;
    const answer = answers['sequential-keras2'];
    const signal = Float32Array.from(answer?.inputs[0]?.slice(0, 12) ?? []);
    await explained(page);
    await drop(page, [
      { name: 'net.h5', bytes: h5 },
      { name: 'signal.npy', bytes: encodeNpy(signal, [6, 2]) },
    ]);
    await page.getByText('The network says class 1').waitFor();
    await explained(page);
    assertClose((await savedNumbers(page)).probabilities ?? [], answer?.outputs.slice(0, 3) ?? [], SHOWN);
    const lines = Array.from({ length: 6 }, (_, i) => signal.subarray(2 * i, 2 * i + 2).join(','));
    await drop(page, [{ name: 'signal.csv', bytes: Buffer.from(['left,right', ...lines].join('\n')) }]);
    await page.getByText('Input: signal.csv', { exact: true }).waitFor();
    await explained(page);
    const { input, probabilities } = await savedNumbers(page);
    assert.is(input, 'signal.csv');
    assertClose(probabilities ?? [], answer?.outputs.slice(0, 3) ?? [], SHOWN);

    // What a name says is text, and done by nobody; the page would complain of the picture that is not there.
    const obeyed = 'document.title = "obeyed"';
    const predicted = `<img src=x onerror='${obeyed}'>`;
    const names = [`<svg onload='${obeyed}'>`, predicted, '__proto__'];
    await drop(page, [{ name: `${predicted}.txt`, bytes: Buffer.from(names.join('\n')) }]);
    await page.getByText(`The network says ${predicted}`).waitFor();
    await explained(page);
    assert.is(await page.locator('[onerror], [onload]').count(), 0);
    assert.not.match(await page.title(), /^obeyed$/);
  }));

test('signals in text are told by what is in them: with their network, several at once, of another size', () =>
  onPage({}, async ({ page }) => {
    const golden = new URL('../../../packages/model/test/golden/keras/', import.meta.url);
    const h5 = await readFile(new URL('sequential-keras2.h5.bin', golden));
    const signal = (name: string, rows: number) => ({
      name,
      bytes: Buffer.from(Array.from({ length: rows }, (_, i) => `${Math.sin(i)},${i % 2}`).join('\n')),
    });
    const shown = (name: string) => page.getByText(`Input: ${name}`, { exact: true }).waitFor();
    await explained(page);
    await drop(page, [signal('beat.csv', 40)]);
    await page
      .getByRole('alert')
      .getByText(/^beat.csv holds 40 lines of 2 numbers, and Tissue takes an image of 75\s×\s75\spixels/)
      .waitFor();
    await drop(page, [signal('short.csv', 3), { name: 'net.h5', bytes: h5 }]);
    await page
      .getByRole('alert')
      .getByText(/^short.csv holds 3 lines/)
      .waitFor();
    await page.getByText(/^net.h5 takes a signal of 6\ssamples in 2 channels/).waitFor();
    await drop(page, [signal('with.csv', 6)]);
    await shown('with.csv');
    await explained(page);
    await drop(page, [signal('first.csv', 6), signal('second.tsv', 6), signal('third.txt', 6)]);
    await shown('first.csv');
    const wall = page.getByRole('region', { name: 'Wall of 3 inputs' });
    await wall.getByRole('button', { name: 'third.txt' }).click();
    await shown('third.txt');
    await explained(page);
    assert.is((await savedNumbers(page)).input, 'third.txt');
    await drop(page, [signal('long.csv', 9)]);
    await page
      .getByRole('alert')
      .getByText(
        /^long.csv holds 9 lines of 2 numbers, and net.h5 takes a signal of 6\ssamples in 2 channels/,
      )
      .waitFor();
    await shown('third.txt');
    await drop(page, [signal('again.csv', 6), { name: 'other.h5', bytes: h5 }]);
    await shown('again.csv');
    await explained(page);
  }));

test('class names that come before the first input say so', () =>
  onPage({}, async ({ page }) => {
    const golden = new URL('../../../packages/model/test/golden/keras/', import.meta.url);
    await explained(page);
    const bytes = await readFile(new URL('sequential-keras2.h5.bin', golden));
    await drop(page, [{ name: 'net.h5', bytes }]);
    await page.getByText('It needs an input').waitFor();
    await drop(page, [{ name: 'names.txt', bytes: Buffer.from('cat\ndog\nbird') }]);
    await page.getByText('names.txt was taken for class names, which show with the first input.').waitFor();
  }));

/** What small networks answer, `[samples, classes]`, to inputs `[samples, ...shape]`, by the name of the network. */
type Answers = Readonly<
  Record<string, { readonly inputs: readonly (readonly number[])[]; readonly outputs: readonly number[] }>
>;

/** An image and its colors, both base64. */
interface GoldenImage {
  readonly name: string;
  readonly base64: string;
  readonly rgb: string;
}

const formats = [
  ['photo.png', 'png RGB', 0],
  // Browsers convert JPEG's colors with a rounding of their own.
  ['photo.jpg', 'jpeg RGB', 2],
  ['turned.jpg', 'jpeg with an orientation', 2],
  ['photo.webp', 'webp lossless', 0],
  ['photo.tif', 'tiff RGB lzw', 0],
] as const;

test('PNG, JPEG, WebP and TIFF images are shown in their colors, turned as their cameras say, and explained', () =>
  onPage({ hash: '#sample=textures:0' }, async ({ page }) => {
    await explained(page);
    const golden = new URL('../../../packages/model/test/golden/images.json', import.meta.url);
    const images = JSON.parse(await readFile(golden, 'utf8')) as GoldenImage[];
    const loaded = await embeddedModel('textures');
    for (const [name, kind, levels] of formats) {
      const image = images.find((candidate) => candidate.name === kind);
      const bytes = Uint8Array.from(Buffer.from(image?.base64 ?? '', 'base64'));
      await drop(page, [{ name, bytes }]);
      await explained(page);
      const pixels = await page.getByRole('img', { name: 'The input', exact: true }).evaluate((canvas) => {
        if (!(canvas instanceof HTMLCanvasElement)) return [];
        const { width, height } = canvas;
        const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
        copy?.drawImage(canvas, 0, 0);
        return [...(copy?.getImageData(0, 0, width, height).data ?? [])];
      });
      const rgb = pixels.filter((_, i) => i % 4 < 3);
      const input = await readInput(bytes, { shape: [64, 64, 3] });
      // The golden colors are those of the pixels as they are stored.
      const isTurned = kind.includes('orientation');
      const colors = isTurned ? input.original?.rgb : Buffer.from(image?.rgb ?? '', 'base64');
      assertClose(rgb, colors ?? [], { absolute: levels });
      const { explanations } = await ablationCam(loaded.model, input, { executor: 'reference' });
      const saved = await savedNumbers(page);
      assert.is(saved.input, name);
      assert.is(saved.classIndex, explanations[0]?.classIndex);
      if (levels === 0) assertClose(saved.probabilities ?? [], explanations[0]?.probabilities ?? [], SHOWN);
    }
    loaded.dispose();
  }));

test('a file that is not what it says gets a sentence, and the page goes on', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const bytes = new TextEncoder().encode('not what it says');
    const sentences: Readonly<Record<string, RegExp>> = {
      'broken.h5': /broken\.h5 .*neither a Keras \.keras or \.h5 file nor/,
      'picture.png': /picture\.png is no PNG/,
      'weights.bin': /Give the model\.json/,
      'names.txt': /names\.txt gives no class names/,
      'net.keras': /net\.keras/,
    };
    for (const [name, sentence] of Object.entries(sentences)) {
      await drop(page, [{ name, bytes }]);
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
      await explained(page);
      assert.match(await page.locator('.verdict').innerText(), 'The network says 2');
    }
    const golden = new URL('../../../packages/model/test/golden/keras/', import.meta.url);
    const twoInputs = await readFile(new URL('functional-keras2.h5.bin', golden));
    await drop(page, [{ name: 'two-inputs.h5', bytes: twoInputs }]);
    await page.getByRole('alert').filter({ hasText: 'two-inputs.h5 takes [3] and [3]' }).waitFor();
    await explained(page);
  }));

const material = shared();
skipIf(test, material.missing)('a histology image is explained by its own network', () =>
  onPage({}, async ({ page }) => {
    const folder = material.path ?? '';
    await explained(page);
    await drop(page, [
      { name: 'HMT.h5', bytes: await readFile(join(folder, 'models/HMT.h5')) },
      { name: 'tumor.png', bytes: await readFile(join(folder, 'reference/images/01-tumor-13859.png')) },
    ]);
    await page.getByText('Explaining').first().waitFor({ state: 'detached' });
    await page.getByText('tumor.png').first().waitFor();
    await explained(page);
    const records = JSON.parse(await readFile(join(folder, 'reference/hmt.json'), 'utf8')) as {
      readonly layer: string;
      readonly image: string;
      readonly probabilities: readonly number[];
    }[];
    const record = records.find(
      ({ layer, image }) => layer === 'conv2d_3' && image.includes('01-tumor-13859'),
    );
    assertClose((await savedNumbers(page)).probabilities ?? [], record?.probabilities ?? [], SHOWN);
  }),
);

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

const fitted: Readonly<Record<Fit, string>> = {
  squash: 'squashed to',
  crop: 'cropped to the middle for',
  pad: 'padded with black for',
};

test('a picture is squashed, cropped or padded as chosen, transparency laid on white and said', () =>
  onPage({ hash: '#sample=textures:0' }, async ({ page }) => {
    await explained(page);
    const bytes = seeThrough();
    await drop(page, [{ name: 'stripes.png', bytes }]);
    await page.getByText('it was laid on white').waitFor();
    const { model, dispose } = await embeddedModel('textures');
    for (const fit of ['squash', 'crop', 'pad'] as const satisfies readonly Fit[]) {
      await page.getByLabel('90 × 60 pixels, shown as the network gets them (64 × 64):').selectOption(fit);
      await explained(page);
      const shown = await page
        .getByRole('img', { name: 'The input', exact: true })
        .evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? [canvas.width, canvas.height] : []));
      assert.equal(shown, { squash: [90, 60], crop: [60, 60], pad: [90, 90] }[fit]);
      const { width = 0, height = 0 } = (await page.locator('.stage .frame').first().boundingBox()) ?? {};
      assert.ok(Math.abs(width - height) < 1, `${fit}: ${width} × ${height}, and the network gets squares`);
      const input = await readInput(bytes, { shape: [64, 64, 3], fit, transparency: 'white' });
      const { explanations } = await ablationCam(model, input, { executor: 'reference' });
      const saved = await savedNumbers(page);
      assertClose(saved.probabilities ?? [], explanations[0]?.probabilities ?? [], SHOWN, fit);
      // Saved, and told to who does not see it, it is the same picture.
      const words = `90 × 60 pixels, ${fitted[fit]} 64 × 64`;
      await page.getByRole('img', { name: `over the input (${words})` }).waitFor();
      const report = await savedReport(page);
      assert.match(report, words);
      const [, reportWidth, reportHeight] = /<image width="(\d+)" height="(\d+)"/.exec(report) ?? [];
      assert.is(reportWidth, reportHeight, fit);
    }
    dispose();
  }));

test.run();
