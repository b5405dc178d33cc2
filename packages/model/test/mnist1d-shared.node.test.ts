import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeNpy, generateMnist1d } from '../src/index.ts';
import { testWithShared } from './support/shared-material.ts';

const test = suite('MNIST-1D against the published files');

testWithShared(test, 'all 5,000 samples agree within 1e-12, in order', 'data/mnist1d', async (folder) => {
  const { train, test: held, positions } = generateMnist1d();
  const generated = {
    x: train.signals,
    y: train.labels,
    x_test: held.signals,
    y_test: held.labels,
    t: positions,
  };
  for (const [name, values] of Object.entries(generated)) {
    const published = Array.from(decodeNpy(await readFile(join(folder, `${name}.npy`))).data);
    assert.is(values.length, published.length);
    const worst = published.reduce(
      (largest, value, i) => Math.max(largest, Math.abs(value - (values[i] ?? NaN))),
      0,
    );
    assert.ok(worst < 1e-12, `${name}: ${worst}`);
  }
});

test.run();
