import { modelFiles } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import { growingModel, testImage } from './support/image-model.ts';
import { drop, explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';
import { SHOWN } from './support/tolerance.ts';

/** Counts the worker's GPU devices and keeps the last where a test can lose it. */
const KEEP_DEVICE = `
  const request = GPUAdapter.prototype.requestDevice;
  self.testDevices = 0;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    self.testDevices++;
    return (self.testDevice = await request.apply(this, options));
  }`;
const WITHOUT_WEBGPU = 'delete Object.getPrototypeOf(navigator).gpu';

/** Checks addresses in WebAssembly code: a browser without its handlers of memory faults, as here, ends the page instead. */
const CHECKED = '--js-flags=--wasm-enforce-bounds-checks';

const { test, onPage } = viewerSuite('trouble in the viewer', [CHECKED]);

test('a lost device is replaced and the view restored', () =>
  onPage({ hash: '#sample=mnist1d:0&class=7', workerPrelude: KEEP_DEVICE }, async ({ page }) => {
    await explained(page);
    const before = await savedNumbers(page);
    assert.is(await page.workers()[0]?.evaluate('self.testDevices'), 1);
    await page.workers()[0]?.evaluate('self.testDevice.destroy()');
    await page.getByText('The GPU device was lost').waitFor();
    await explained(page);
    const after = await savedNumbers(page);
    assert.is(await page.workers()[0]?.evaluate('self.testDevices'), 2);
    assert.is(await page.locator('.dot.good').count(), 1);
    assert.is(after.classIndex, 7);
    assertClose(after.weights, before.weights, SHOWN);
  }));

test('without WebGPU it computes on the processor', () =>
  onPage({ hash: '#sample=mnist1d:0', workerPrelude: WITHOUT_WEBGPU }, async ({ page }) => {
    await explained(page);
    assert.match(await page.locator('.status').innerText(), 'no WebGPU');
    assert.is.not((await savedNumbers(page)).executor, 'webgpu');
  }));

/** As on a machine that has no more memory to give. */
const NO_MORE_MEMORY = `
  WebAssembly.Memory.prototype.grow = () => {
    throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory');
  };`;

for (const [what, scale, workerPrelude, sentence] of [
  ['that needs more than a page may hold', 200, '', /grow takes 1,875 MB .* choose a later layer/],
  ['where memory runs out', 24, NO_MORE_MEMORY, /not enough memory for this; choose a later layer/],
] as const) {
  test(`a network ${what} gets a sentence, and the page goes on`, async () => {
    const model = growingModel(scale);
    const files = await modelFiles(model);
    model.dispose();
    await onPage({ hash: '#sample=mnist1d:0', workerPrelude }, async ({ page }) => {
      await explained(page);
      await drop(page, [...files, { name: 'picture.png', bytes: testImage() }]);
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
      await explained(page);
      await page.getByRole('button', { name: /^Sample 4:/ }).click();
      await page.getByText('The network says 4').waitFor();
      await explained(page);
    });
  });
}

test('a camera that may not be used gets a sentence', () =>
  onPage({ hash: '#panel=live' }, async ({ page }) => {
    await explained(page);
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    });
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByRole('alert').filter({ hasText: 'Allow it beside the address' }).waitFor();
  }));

test.run();
