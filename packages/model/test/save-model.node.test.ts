import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLayersModel, saveModel, useBackend } from '../src/index.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('models on disk');

let folder = '';
let ones: tf.LayersModel;
let twos: tf.LayersModel;

test.before(async () => {
  await useBackend('cpu');
  ones = network(1);
  twos = network(2);
});
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-'));
});
test.after.each(async () => {
  await rm(folder, { recursive: true });
});

test('a saved model is loaded by its folder, its file, a file URL and a web address', async () => {
  await saveModel(ones, join(folder, 'new', 'net'), { classNames: ['a', 'b'] });
  const path = join(folder, 'new', 'net');
  const server = createServer((request, response) => {
    readFile(join(path, new URL(request.url ?? '/', 'http://host').pathname)).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const web = `http://127.0.0.1:${port}`;
    for (const source of [
      path,
      `${path}/`,
      join(path, 'model.json'),
      pathToFileURL(join(path, 'model.json')),
      `${web}/model.json`,
    ]) {
      const { model, metadata, dispose } = await loadLayersModel(source);
      assert.equal(kernelOf(model), [1, 1, 1, 1], String(source));
      assert.equal(metadata.classNames, ['a', 'b']);
      dispose();
    }
    await assertRefused(() => loadLayersModel(`${web}/other.json`), 'not-found', /answered 404/);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  await assertRefused(() => loadLayersModel('http://127.0.0.1:9/model.json'), 'not-found', /Cannot fetch/);
});

test('saving again replaces the model and leaves two files', async () => {
  for (const model of [ones, twos, ones, twos]) {
    await saveModel(model, folder);
    assert.equal(await valuesIn(folder), kernelOf(model));
    assert.is((await readdir(folder)).length, 2);
  }
});

test('weights that cannot be written leave the old model whole', async () => {
  await saveModel(ones, folder);
  // A folder in place of the next weights: they cannot be renamed over it.
  await mkdir(join(folder, 'weights-1.bin', 'x'), { recursive: true });
  await assertRefused(() => saveModel(twos, folder), 'write-failed', /weights-1\.bin.*is unchanged/);
  assert.equal(await valuesIn(folder), [1, 1, 1, 1]);
  assert.equal((await readdir(folder)).sort(), ['model.json', 'weights-1.bin', 'weights.bin']);
});

test('a description that cannot be written takes its weights with it', async () => {
  await mkdir(join(folder, 'model.json', 'x'), { recursive: true });
  await assertRefused(() => saveModel(twos, folder), 'write-failed', /model\.json/);
  assert.equal(await readdir(folder), ['model.json']);
});

test('a folder that cannot be made is refused', async () => {
  await writeFile(join(folder, 'file'), '');
  await assertRefused(
    () => saveModel(ones, join(folder, 'file', 'net')),
    'write-failed',
    /a part of the path is a file/,
  );
});

test('a file that is not there and a folder without a model are refused', async () => {
  await assertRefused(() => loadLayersModel(join(folder, 'gone.h5')), 'not-found', /gone\.h5: no such file/);
  await assertRefused(() => loadLayersModel(folder), 'not-found', /model\.json: no such file/);
  await saveModel(ones, folder);
  await rm(join(folder, 'weights.bin'));
  await assertRefused(() => loadLayersModel(folder), 'not-found', /weights\.bin: no such file/);
});

function network(value: number): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({
        units: 2,
        inputShape: [2],
        useBias: false,
        kernelInitializer: tf.initializers.constant({ value }),
      }),
    ],
  });
}

function kernelOf(model: tf.LayersModel): number[] {
  return [...(model.getWeights()[0]?.dataSync() ?? [])];
}

async function valuesIn(path: string): Promise<number[]> {
  const { model, dispose } = await loadLayersModel(path);
  const values = kernelOf(model);
  dispose();
  return values;
}

test.run();
