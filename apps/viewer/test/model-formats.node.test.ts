import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { assertClose } from '@ablation-cam/tools/testing';
import { smallOnnx } from '@ablation-cam/model/testing';
import { commandOutput } from './support/command-output.ts';
import { IMAGE_CLASSES, imageModel, imageModelFiles, testImage } from './support/image-model.ts';
import { SHOWN } from './support/tolerance.ts';
import { drop, explained, savedNumbers, type SavedExplanation } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, onPage } = viewerSuite('model formats in the viewer');

interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Format {
  /** The file that the command is given; the others lie beside it. */
  readonly main: string;
  /** In the order in which they are dropped, together. */
  readonly files: readonly GivenFile[];
  /** What the page says of the scale of pictures. */
  readonly scale: string;
  readonly classNames: readonly string[];
  /** Probabilities that were computed elsewhere. */
  readonly probabilities?: readonly number[];
}

const json = (name: string, value: object): GivenFile => ({
  name,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});
const picture: GivenFile = { name: 'picture.png', bytes: testImage() };

/** One model of each kind of file, a picture, and what says how pictures are scaled. */
const formats: Readonly<Record<string, () => Promise<Format>>> = {
  'a residual network in ONNX, with the files of Hugging Face beside it': () => {
    const classNames = ['ant', 'bee', 'cat', 'dog', 'elk'];
    const [mean, deviation] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    return Promise.resolve({
      main: 'model.onnx',
      files: [
        json('config.json', { model_type: 'resnet', id2label: Object.fromEntries(classNames.entries()) }),
        json('preprocessor_config.json', { do_normalize: true, image_mean: mean, image_std: deviation }),
        picture,
        { name: 'model.onnx', bytes: smallOnnx('ResNet') },
      ],
      scale: '0.485,0.456,0.406:0.229,0.224,0.225 (preprocessor_config.json)',
      classNames,
    });
  },
  'an archive of Keras 3 that scales its input itself': async () => {
    const golden = new URL('../../../packages/model/test/golden/keras/', import.meta.url);
    const { input, output, shape } = JSON.parse(
      await readFile(new URL('network-keras3.json', golden), 'utf8'),
    ) as Answers;
    const [, height = 0, width = 0, channels = 0] = shape;
    const data = Uint8Array.from(input.slice(0, height * width * channels));
    return {
      main: 'net.keras',
      files: [
        { name: 'net.keras', bytes: await readFile(new URL('network-keras3.keras.bin', golden)) },
        { name: 'picture.png', bytes: encode({ width, height, channels, data }) },
      ],
      scale: '0..255 (its layer true_divide scales them)',
      classNames: [],
      probabilities: output.slice(0, 3),
    };
  },
  'the three files of Teachable Machine': async () => {
    const model = imageModel();
    const [network, ...weights] = await imageModelFiles(model);
    model.dispose();
    const metadata = { tmVersion: '2.4.7', imageSize: 96, labels: IMAGE_CLASSES };
    return {
      main: 'model.json',
      files: [json('metadata.json', metadata), picture, ...weights, ...(network ? [network] : [])],
      scale: '-1..1 (metadata.json of Teachable Machine)',
      classNames: IMAGE_CLASSES,
    };
  },
};

/** What a network answers, `[samples, classes]`, to inputs of `shape`. */
interface Answers {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly shape: readonly number[];
}

for (const [title, made] of Object.entries(formats)) {
  test(`${title}: the class and the numbers of pnpm explain`, async () => {
    const { main, files, scale, classNames, probabilities } = await made();
    const expected = await byCommand(main, files);
    await onPage({ hash: '#panel=numbers' }, async ({ page }) => {
      await explained(page);
      await drop(page, files);
      const name = expected.className ?? `class ${expected.classIndex}`;
      await page.getByText(`The network says ${name}`).waitFor();
      await explained(page);
      const chosen = page.getByLabel('Pixels scaled to').locator('option:checked');
      assert.is(await chosen.innerText(), scale);
      const saved = await savedNumbers(page);
      for (const field of ['layer', 'classIndex', 'className', 'channels'] as const) {
        assert.equal(saved[field], expected[field], field);
      }
      assert.is(saved.className, classNames[saved.classIndex] ?? null);
      assert.equal(saved.map.shape, expected.map.shape);
      // A network that stops at its logits says no probabilities.
      assertClose(saved.probabilities ?? [], expected.probabilities ?? [], SHOWN, 'probabilities');
      assertClose(saved.logits, expected.logits, SHOWN, 'logits');
      assertClose(saved.weights, expected.weights, SHOWN, 'weights');
      assertClose(saved.map.data, expected.map.data, SHOWN, 'map');
      if (probabilities)
        assertClose(saved.probabilities ?? [], probabilities, SHOWN, 'as computed elsewhere');
    });
  });
}

/** What the command says of the same files in a folder. */
async function byCommand(main: string, files: readonly GivenFile[]): Promise<SavedExplanation> {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-formats-'));
  try {
    for (const { name, bytes } of files) await writeFile(join(folder, name), bytes);
    const command = ['explain', join(folder, 'picture.png'), '--model', join(folder, main), '--json'];
    return JSON.parse(await commandOutput(command)) as SavedExplanation;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.run();
