import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { useBackend } from '../src/index.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('backends in Node');

test('auto without a GPU device is WASM, and says why', async () => {
  const choice = await useBackend();
  assert.equal(choice, { requested: 'auto', backend: 'wasm', reason: 'no WebGPU device was given' });
  assert.is(tf.getBackend(), 'wasm');
});

test('a backend that was asked for becomes the current one', async () => {
  for (const name of ['cpu', 'wasm', 'cpu'] as const) {
    assert.equal(await useBackend(name), { requested: name, backend: name, reason: 'asked for' });
    assert.is(tf.getBackend(), name);
  }
});

test('webgpu without a device and unknown names are refused', async () => {
  await assertRefused(() => useBackend('webgpu'), 'invalid-option', /needs a GPUDevice/);
  await assertRefused(() => useBackend('cuda' as 'cpu'), 'invalid-option', /Unknown backend "cuda"/);
});

test('the start of WASM leaves no handlers on the process', async () => {
  await useBackend('wasm');
  const ofTensorflow = ['uncaughtException', 'unhandledRejection'].flatMap((event) =>
    process
      .listeners(event as 'uncaughtException')
      .filter((listener) => /ExitStatus|throw reason/.test(listener.toString())),
  );
  assert.equal(ofTensorflow, []);
});

test.run();
