import { join } from 'node:path';
import { shared, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluate, loadLayersModel, mnist1dDataSets, useBackend } from '../src/index.ts';

const test = suite('Keras models of the original study');
const { path, missing } = shared();
const folder = path ?? '';

test.before(async () => {
  await useBackend('wasm');
});

skipIf(test, missing)('MNIST1D.h5 is right on 877 of the 1,000 test samples', async () => {
  const { model, dispose } = await loadLayersModel(join(folder, 'models', 'MNIST1D.h5'));
  const { accuracy } = await evaluate(model, mnist1dDataSets().test);
  assert.is(accuracy, 0.877);
  dispose();
});

test.run();
