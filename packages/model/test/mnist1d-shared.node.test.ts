import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertClose, shared, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import { decodeNpy, generateMnist1d } from '../src/index.ts';

const test = suite('MNIST-1D against the published files');
const { path, missing } = shared();
const folder = join(path ?? '', 'data', 'mnist1d');

skipIf(test, missing)('all 5,000 samples agree within 1e-12, in order', async () => {
  const { train, test: held, positions } = generateMnist1d();
  const generated = {
    x: train.signals,
    y: train.labels,
    x_test: held.signals,
    y_test: held.labels,
    t: positions,
  };
  for (const [name, values] of Object.entries(generated)) {
    const published = decodeNpy(await readFile(join(folder, `${name}.npy`))).data;
    assertClose(values, published, { absolute: 1e-12 }, name);
  }
});

test.run();
