import * as tf from '@tensorflow/tfjs';
import { networkOf } from '@ablation-cam/model';
import type { ExplanationResult } from '@ablation-cam/xai';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endToEndCases } from '../src/cases/end-to-end-cases.ts';
import { nsfwAbsence, nsfwNetwork } from '../src/cases/networks/nsfw-networks.ts';
import { resNet50 } from '../src/cases/networks/resnet-50.ts';
import { agreedErrors } from '../src/end-to-end/agreement.ts';
import { measureEndToEnd } from '../src/end-to-end/measure.ts';
import { runEndToEnd } from '../src/end-to-end/run-end-to-end.ts';
import { ENGINES } from '../src/open-case/engine.ts';
import { openRuntime, type BenchRuntime } from '../src/open-case/runtime.ts';

const test = suite('whole networks');

const ecg = endToEndCases.find(({ name }) => name === 'ecg')!;
const options = { rounds: 3, caseMs: 0, signal: new AbortController().signal, onStep: () => undefined };

async function withRuntime(work: (runtime: BenchRuntime) => Promise<void>): Promise<void> {
  const runtime = await openRuntime();
  try {
    await runtime.use('wasm');
    await work(runtime);
  } finally {
    runtime.dispose();
  }
}

test('the published networks have as many weights as published', () =>
  withRuntime(async () => {
    // Keras: 25,636,712 in ResNet-50; 2,257,984 before the head of MobileNetV2.
    const networks: [() => Promise<tf.LayersModel>, number][] = [
      [() => Promise.resolve(resNet50()), 25_636_712],
    ];
    if ((await nsfwAbsence()) === null) {
      const head = 1280 * 256 + 256 + 256 * 128 + 128 + 128 * 5 + 5;
      networks.push([() => nsfwNetwork('MobileNetV2'), 2_257_984 + head]);
    }
    for (const [build, wanted] of networks) {
      const model = await build();
      assert.is(model.countParams(), wanted);
      const { layers } = await networkOf(model);
      assert.ok(layers.length > 0);
      model.dispose();
    }
  }));

test('a network is timed on engines whose explanations agree with float64, and it leaves no tensors', () =>
  withRuntime(async (runtime) => {
    const engines = ENGINES.filter((engine) => engine !== 'webgpu' && runtime.absenceOf(engine) === null);
    const before = tf.memory().numTensors;
    const results = await measureEndToEnd(ecg, engines, runtime, options);
    assert.is(tf.memory().numTensors, before);
    assert.equal(
      results.map(({ engine }) => engine),
      engines,
    );
    for (const {
      engine,
      channels,
      classes,
      rounds,
      maxRelativeError,
      parts,
      ablationCam,
      ratios,
    } of results) {
      assert.equal({ channels, classes, rounds }, { channels: 128, classes: 5, rounds: 3 });
      for (const error of Object.values(maxRelativeError)) assert.ok(error <= 1e-4);
      assert.ok(parts.forwardMs > 0 && parts.mapMs > 0);
      // ONNX Runtime weighs in the pass itself.
      assert.is(parts.weightsMs > 0, engine !== 'onnxruntime');
      assert.ok(ablationCam.medianMs > parts.forwardMs / 2);
      assert.ok(ratios.byForward > 0 && ratios.byGradCam > 0);
      assert.ok((ratios.gain ?? 0) > 0, 'WASM is there to compare with');
    }
  }));

test('an engine whose explanations differ is not timed', () => {
  const explained = (weights: number[], map: number[]): ExplanationResult =>
    ({ explanations: [{ weights, mapSigned: { shape: [map.length], data: map } }] }) as never;
  const exact = explained([1, -2], [4, 0]);
  const own = { ablationCam: exact, gradCam: exact };
  assert.equal(agreedErrors(own, exact, own, 'x'), { weights: 0, map: 0, gradCam: 0 });
  const near = { ...own, ablationCam: explained([1, -2 + 1e-4], [4, 1e-4]) };
  const { weights, map } = agreedErrors(near, exact, own, 'x');
  assert.ok(Math.abs(weights - 5e-5) < 1e-12 && Math.abs(map - 2.5e-5) < 1e-12);
  for (const broken of [
    { ...own, ablationCam: explained([1, -2.001], [4, 0]) },
    { ...own, ablationCam: explained([1, -2], [4, 1e-3]) },
    { ...own, gradCam: explained([1, -2], [4, NaN]) },
  ]) {
    assert.throws(
      () => agreedErrors(broken, exact, own, 'ecg on wasm'),
      /explanations of ecg on wasm differ/,
    );
  }
});

test('what is not here is told, and is no failure', () =>
  withRuntime(async (runtime) => {
    const absent = { ...ecg, absence: () => Promise.resolve('its weights are not here') };
    const without: BenchRuntime = {
      ...runtime,
      absenceOf: (engine) => (engine === 'wasm' ? null : 'it is not installed'),
    };
    const effort = { rounds: 1, limitMs: Infinity, networkMs: 0 };
    const request = { networks: [absent], engines: ['wasm', 'onnxruntime'] as const, effort };
    assert.equal(await runEndToEnd(request, without, 0, options), {
      results: [],
      skipped: [
        { case: 'whole networks on onnxruntime', reason: 'it is not installed', isFailure: false },
        { case: 'ecg', reason: 'its weights are not here', isFailure: false },
      ],
    });
  }));

test.run();
