import * as tf from '@tensorflow/tfjs';
import { networkOf } from '@ablation-cam/model';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endToEndCases } from '../src/cases/end-to-end-cases.ts';
import { mobileNetV2 } from '../src/cases/networks/mobilenet-v2.ts';
import { resNet50 } from '../src/cases/networks/resnet-50.ts';
import { measureEndToEnd } from '../src/end-to-end/measure.ts';
import { openRuntime } from '../src/open-case/runtime.ts';

const test = suite('whole networks');

test('the published networks have as many weights as published', async () => {
  const runtime = await openRuntime();
  try {
    await runtime.use('wasm');
    // Keras: 2,257,984 before the head of MobileNetV2, 25,636,712 in ResNet-50.
    const head = 1280 * 256 + 256 + 256 * 128 + 128 + 128 * 5 + 5;
    for (const [build, wanted] of [
      [mobileNetV2, 2_257_984 + head],
      [resNet50, 25_636_712],
    ] as const) {
      const model = build();
      assert.is(model.countParams(), wanted);
      const { layers } = networkOf(model);
      assert.ok(layers.length > 0);
      model.dispose();
    }
  } finally {
    runtime.dispose();
  }
});

test('a network is timed whose weights agree with float64, and it leaves no tensors', async () => {
  const runtime = await openRuntime();
  try {
    const ecg = endToEndCases.find(({ name }) => name === 'ecg')!;
    const options = { rounds: 3, caseMs: 0, signal: new AbortController().signal, onStep: () => undefined };
    const before = tf.memory().numTensors;
    const result = await measureEndToEnd(ecg, 'wasm', runtime, options);
    assert.is(tf.memory().numTensors, before);
    const { channels, classes, rounds, maxRelativeError, parts, ablationCam } = result;
    assert.equal({ channels, classes, rounds }, { channels: 128, classes: 5, rounds: 3 });
    assert.ok(maxRelativeError <= 1e-4);
    assert.ok(parts.forwardMs > 0 && parts.weightsMs > 0 && parts.mapMs > 0);
    assert.ok(ablationCam.medianMs > parts.forwardMs / 2);
  } finally {
    runtime.dispose();
  }
});

test.run();
