import { ModelSession } from '@ablation-cam/kernels/sessions';
import { loadModel } from '@ablation-cam/model';
import { smallOnnx } from '@ablation-cam/model/testing';
import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, integratedGradients, methodNames, releaseDevice, saliency } from '../src/index.ts';
import { randomInput } from './support/models.ts';

const test = suite('every method on an ONNX file');

test.after(async () => {
  await releaseDevice();
});

const [HEIGHT, WIDTH, CHANNELS] = [32, 30, 3];
const bytes = smallOnnx('ResNet');
const image = randomInput([HEIGHT, WIDTH, CHANNELS], 9);

/** The logits that ONNX Runtime makes of the file for an image with its channels last. */
async function opened(): Promise<{
  logitsOf: (data: Float32Array) => Promise<Float32Array>;
  dispose: () => void;
}> {
  const session = await ModelSession.create(bytes);
  const places = HEIGHT * WIDTH;
  return {
    logitsOf: async (given) => {
      const data = Float32Array.from(
        given,
        (_, i) => given[(i % places) * CHANNELS + Math.floor(i / places)] ?? 0,
      );
      const dims = [1, CHANNELS, HEIGHT, WIDTH];
      const [logits = new Float32Array()] = (
        await session.run(new Map([['input', { type: 'float32', data, dims }]]))
      ).values();
      return logits;
    },
    dispose: () => {
      session.dispose();
    },
  };
}

for (const method of methodNames) {
  test(`${method} gives the same map on TensorFlow.js and on ONNX Runtime`, async () => {
    const { network, dispose } = await loadModel([{ name: 'net.onnx', bytes }]);
    const [found, expected] = [
      await explain(network, image, { method, classIndex: 2, backend: 'onnxruntime' }),
      await explain(network, image, { method, classIndex: 2, backend: 'wasm' }),
    ].map(({ explanations }) => explanations[0]?.mapSigned.data ?? new Float32Array());
    assert.ok(expected?.some((value) => value !== 0));
    assertClose(found ?? [], expected ?? [NaN], { ofLargest: 1e-4, absolute: 1e-6 });
    dispose();
  });
}

test('gradients are the slopes of what ONNX Runtime computes', async () => {
  const { network, dispose } = await loadModel([{ name: 'net.onnx', bytes }]);
  const { logitsOf, dispose: close } = await opened();
  const { explanations } = await saliency(network, image, { classIndex: 2, score: 'logit', backend: 'wasm' });
  const slopes = explanations[0]?.attributions?.data ?? new Float32Array();
  const steepest = [...slopes.keys()].sort((a, b) => (slopes[b] ?? 0) - (slopes[a] ?? 0)).slice(0, 6);
  // Differences of logits in single precision; rectifiers bend within a step.
  const step = 0.004;
  const measured: number[] = [];
  for (const place of steepest) {
    const at = async (change: number): Promise<number> =>
      (await logitsOf(image.data.map((value, i) => (i === place ? value + change : value))))[2] ?? NaN;
    measured.push(Math.abs(((await at(step)) - (await at(-step))) / (2 * step)));
  }
  assertClose(
    steepest.map((place) => slopes[place] ?? NaN),
    measured,
    { ofLargest: 0.03 },
  );

  const integrated = await integratedGradients(network, image, {
    classIndex: 2,
    score: 'logit',
    backend: 'wasm',
  });
  const [whole, none] = [await logitsOf(image.data), await logitsOf(image.data.map(() => 0))];
  let sum = 0;
  for (const value of integrated.explanations[0]?.attributions?.data ?? []) sum += value;
  const { convergenceDelta = NaN } = integrated.explanations[0] ?? {};
  assertClose([sum - convergenceDelta], [(whole[2] ?? NaN) - (none[2] ?? NaN)], { ofLargest: 1e-3 });
  dispose();
  close();
});

test.run();
