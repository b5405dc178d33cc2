import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { assertClose } from '@ablation-cam/tools/testing';
import { loadModel, readInput } from '@ablation-cam/model';
import { smallGraphModel, smallOnnx } from '@ablation-cam/model/testing';
import { ablationCam, explanationJson } from '@ablation-cam/xai';
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
  /** Whether the command is asked, which takes seconds, and not the library. */
  readonly byCommand?: true;
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
      byCommand: true,
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
  'a GraphModel, its shards without a suffix and before its network': () =>
    Promise.resolve({
      main: 'model.json',
      files: [...smallGraphModel(1, 3).files().map(withoutSuffix).reverse(), picture],
      scale: '0..1 (assumed, not given)',
      classNames: [],
    }),
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

/** As the converter named shards before 2019: `group1-shard1of3`. */
function withoutSuffix({ name, bytes }: GivenFile): GivenFile {
  if (!name.endsWith('.json')) return { name: name.replace(/\.bin$/, ''), bytes };
  const text = new TextDecoder().decode(bytes);
  return { name, bytes: new TextEncoder().encode(text.replaceAll('.bin"', '"')) };
}

/** What a network answers, `[samples, classes]`, to inputs of `shape`. */
interface Answers {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly shape: readonly number[];
}

test('each kind of file gives the class and the numbers of the command or the library', () =>
  onPage({ hash: '#panel=numbers' }, async ({ page }) => {
    await explained(page);
    for (const [title, made] of Object.entries(formats)) {
      const format = await made();
      const { files, scale, classNames, probabilities } = format;
      const expected = await (format.byCommand ? byCommand : byLibrary)(format);
      await drop(page, files);
      const name = expected.className ?? `class ${expected.classIndex}`;
      await page.getByText(`The network says ${name}`).waitFor();
      await explained(page);
      const chosen = page.getByLabel('Pixels scaled to').locator('option:checked');
      assert.is(await chosen.innerText(), scale);
      const saved = await savedNumbers(page);
      for (const field of ['layer', 'classIndex', 'className', 'channels'] as const) {
        assert.equal(saved[field], expected[field], `${title}: ${field}`);
      }
      assert.is(saved.className, classNames[saved.classIndex] ?? null);
      assert.equal(saved.map.shape, expected.map.shape);
      // A network that stops at its logits says no probabilities.
      assertClose(saved.probabilities ?? [], expected.probabilities ?? [], SHOWN, `${title}: probabilities`);
      assertClose(saved.logits, expected.logits, SHOWN, `${title}: logits`);
      assertClose(saved.weights, expected.weights, SHOWN, `${title}: weights`);
      assertClose(saved.map.data, expected.map.data, SHOWN, `${title}: map`);
      if (probabilities)
        assertClose(saved.probabilities ?? [], probabilities, SHOWN, 'as computed elsewhere');
    }
  }));

/** What the command says of the same files in a folder. */
async function byCommand({ main, files }: Format): Promise<SavedExplanation> {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-formats-'));
  try {
    for (const { name, bytes } of files) await writeFile(join(folder, name), bytes);
    const command = ['explain', join(folder, 'picture.png'), '--model', join(folder, main), '--json'];
    return JSON.parse(await commandOutput(command)) as SavedExplanation;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the library says of them, in the command's format. */
async function byLibrary({ main, files }: Format): Promise<SavedExplanation> {
  const { network, metadata, dispose } = await loadModel(files.filter(({ name }) => name !== 'picture.png'));
  const { bytes } = files.find(({ name }) => name === 'picture.png') ?? picture;
  const input = await readInput(bytes, { shape: network.inputs[0]?.shape ?? [], described: metadata.input });
  const { explanations, ...run } = await ablationCam(network, input, { executor: 'reference' });
  dispose();
  const [only] = explanations;
  if (!only) throw new Error('Nothing was explained.');
  const className = metadata.classNames?.[only.classIndex] ?? null;
  const json = explanationJson(run, only, { model: main, input: input.name, className });
  return JSON.parse(JSON.stringify(json)) as SavedExplanation;
}

test.run();
