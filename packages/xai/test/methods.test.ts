import * as tf from '@tensorflow/tfjs';
import { ModelError, useBackend } from '@ablation-cam/model';
import { assertClose, assertRefused, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  contrastOf,
  explain,
  integratedGradients,
  logitOf,
  methodNames,
  XaiError,
  type ExplainOptions,
  type MethodName,
} from '../src/index.ts';
import { randomInput, sequenceModel, setRandomWeights } from './support/models.ts';
import { first, inputOf, pooledModel } from './support/pooled-model.ts';

/** Two ways to the same number through single precision. */
const SINGLE_PRECISION = { ofLargest: 1e-5 };
/** Scores in single precision are subtracted by ablation, which leaves fewer digits than a gradient has. */
const SUBTRACTED = { ofLargest: 1e-4 };

const test = suite('methods');

test.before(async () => {
  await useBackend('cpu');
});

for (const dimensions of [1, 2] as const) {
  test(`before average pooling slope weights are Grad-CAM's, and HiRes-CAM is Grad-CAM, ${dimensions}-D`, async () => {
    const model = pooledModel(dimensions);
    const input = inputOf(dimensions);
    const score = 'logit';
    const gradCam = await first(model, input, { method: 'grad-cam', score });
    const hires = await first(model, input, { method: 'hires-cam', score });
    const slope = await first(model, input, { method: 'ablation-cam', score, weighting: 'slope', norm: 1 });
    assertClose(hires.mapSigned.data, gradCam.mapSigned.data, SINGLE_PRECISION);
    // A channel that is 0 everywhere has no norm to divide by.
    const live = [...gradCam.weights!.keys()].filter((k) => slope.weights![k] !== 0);
    assert.ok(live.length >= 4);
    assertClose(
      live.map((k) => slope.weights![k]!),
      live.map((k) => gradCam.weights![k]!),
      SUBTRACTED,
    );
  });
}

test('the delta of integrated gradients is small on a smooth network, and smaller with more steps', async () => {
  const model = pooledModel(2, 'tanh');
  const input = inputOf(2, [3]);
  const deltas = async (steps: number, quadrature: 'gauss-legendre' | 'riemann-left'): Promise<number> => {
    const { explanations } = await integratedGradients(model, input, { steps, quadrature, backend: 'cpu' });
    return Math.max(...explanations.map(({ convergenceDelta }) => Math.abs(convergenceDelta!)));
  };
  assert.ok((await deltas(50, 'gauss-legendre')) <= 1e-3);
  assert.ok((await deltas(64, 'riemann-left')) < 0.3 * (await deltas(8, 'riemann-left')));
});

test('live features and a head of zeros: gradients and ablations give exactly zero, and say that the map is flat', async () => {
  const model = pooledModel(2);
  const head = model.layers.at(-1)!;
  head.setWeights(head.getWeights().map((weight) => tf.zerosLike(weight)));
  for (const method of [
    'ablation-cam',
    'grad-cam',
    'grad-cam++',
    'layer-cam',
    'hires-cam',
    'saliency',
  ] as const) {
    const { mapSigned, map, heatmap, weights, warnings } = await first(model, inputOf(2), { method });
    for (const values of [mapSigned.data, map.data, heatmap.data, weights ?? []]) {
      assert.ok(
        values.every((value: number) => value === 0),
        method,
      );
    }
    assert.match(warnings.join(' '), /flat/, method);
  }
});

test('every method explains signals and images alike, in a batch as alone, without NaN', async () => {
  for (const dimensions of [1, 2] as const) {
    const model = pooledModel(dimensions);
    const batch = inputOf(dimensions, [2]);
    const length = batch.data.length / 2;
    for (const method of methodNames) {
      const { explanations, layers } = await explain(model, batch, { method, backend: 'cpu' });
      assert.is(explanations.length, 2);
      const second = { shape: batch.shape.slice(1), data: batch.data.slice(length) };
      const alone = await first(model, second, { method });
      // Random maps and noise follow the place in the batch.
      if (method !== 'random' && method !== 'smooth-grad') {
        assertClose(explanations[1]!.mapSigned.data, alone.mapSigned.data, SUBTRACTED, method);
      }
      for (const { map, heatmap, mapSigned, attributions, weights } of explanations) {
        assert.equal(heatmap.shape, batch.shape.slice(1, -1), method);
        for (const { data } of [map, heatmap, mapSigned]) assert.ok(data.every(Number.isFinite), method);
        assert.ok(
          heatmap.data.every((value) => value >= 0 && value <= 1),
          method,
        );
        assert.is(attributions === undefined, layers.length === 1, method);
        if (attributions) assert.equal(attributions.shape, batch.shape.slice(1));
        if (weights) assert.is(weights.length, 6);
      }
    }
  }
});

test('a method leaves no tensors behind and the backend as it was', async () => {
  const model = pooledModel(2);
  const input = inputOf(2, [2]);
  for (const method of methodNames) {
    await explain(model, input, { method, backend: 'cpu' });
    const before = tf.memory().numTensors;
    await explain(model, input, { method, backend: 'cpu' });
    assert.is(tf.memory().numTensors, before, method);
    assert.is(tf.getBackend(), 'cpu');
  }
});

test('several layers are averaged at the resolution of the input', async () => {
  const model = sequenceModel([
    tf.layers.conv2d({
      filters: 3,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      inputShape: [8, 6, 1],
      name: 'a',
    }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', name: 'b' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 4);
  const result = await explain(model, randomInput([8, 6, 1], 4), {
    method: 'layer-cam',
    layers: ['a', 'b'],
    backend: 'cpu',
  });
  assert.equal(result.layers, ['a', 'b']);
  const [explanation] = result.explanations;
  assert.equal(explanation!.mapSigned.shape, [8, 6]);
  assert.is(explanation!.weights, null);
  assert.ok(explanation!.mapSigned.data.every((value) => Math.abs(value) <= 1));
});

test('a random map is the same for the same seed, and another for another', async () => {
  const model = pooledModel(2);
  const map = async (seed: number): Promise<readonly number[]> => [
    ...(await first(model, inputOf(2), { method: 'random', seed })).map.data,
  ];
  assert.equal(await map(1), await map(1));
  assert.not.equal(await map(1), await map(2));
});

test('progress ends at 1 and never falls', async () => {
  const model = pooledModel(1);
  for (const method of ['grad-cam', 'score-cam', 'integrated-gradients', 'occlusion'] as const) {
    const seen: number[] = [];
    const onProgress = (done: number): void => void seen.push(done);
    await explain(model, inputOf(1, [2]), { method, classIndex: [0, 1], onProgress, backend: 'cpu' });
    assert.is(seen.at(-1), 1, method);
    assert.ok(
      seen.every((done, i) => done >= (seen[i - 1] ?? 0)),
      method,
    );
  }
});

for (const [what, options, type, pattern] of [
  ['an unknown method', { method: 'grad-cma' as MethodName }, XaiError, /grad-cma.*ablation-cam, grad-cam, /],
  ['an unknown layer', { method: 'grad-cam', layer: 'conv9' }, ModelError, /conv9/],
  ['a class out of range', { method: 'saliency', classIndex: 4 }, XaiError, /0 to 3/],
  ['a target and a class', { method: 'grad-cam', target: logitOf(0), classIndex: 1 }, XaiError, /leave out/],
  ['no targets', { method: 'grad-cam', target: [] }, XaiError, /empty/],
  ['a target out of range', { method: 'grad-cam', target: contrastOf(0, 9) }, XaiError, /Class 9/],
  ['no layers', { method: 'grad-cam', layers: [] }, XaiError, /empty/],
  [
    'layers of an attribution',
    { method: 'saliency', layers: ['a', 'b'] } as ExplainOptions,
    XaiError,
    /no layers to choose or average/,
  ],
  ['no steps', { method: 'integrated-gradients', steps: 0 }, XaiError, /steps/],
  ['a window that does not fit', { method: 'occlusion', window: 15 }, XaiError, /must fit/],
  ['gaps between windows', { method: 'occlusion', window: 2, stride: 3 }, XaiError, /uncovered/],
  ['a mask that does not fit', { method: 'feature-ablation', featureMask: [0, 1, 1] }, XaiError, /3 values/],
  ['a baseline that does not fit', { method: 'occlusion', baseline: [0, 1] }, XaiError, /2 values/],
  ['negative noise', { method: 'smooth-grad', noise: -1 }, XaiError, /noise/],
] as const satisfies readonly (readonly [
  string,
  ExplainOptions,
  typeof XaiError | typeof ModelError,
  RegExp,
])[]) {
  test(`${what} is refused`, async () => {
    const model = pooledModel(1);
    const given: ExplainOptions = { backend: 'cpu', ...options };
    await assertRefused(() => explain(model, inputOf(1), given), type, pattern);
  });
}

test('a model without a feature map has no CAM, but attributions', async () => {
  const model = sequenceModel([
    tf.layers.dense({ units: 5, activation: 'relu', inputShape: [6] }),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 1);
  const input = randomInput([6], 1);
  await assertRefused(() => first(model, input, { method: 'grad-cam' }), ModelError, /feature map/);
  assert.equal((await first(model, input, { method: 'input-x-gradient' })).map.shape, [6]);
});

test('a layer without a gradient is named, and methods without gradients still work', async () => {
  const model = sequenceModel([
    tf.layers.conv1d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [12, 1], name: 'target' }),
    tf.layers.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2, activation: 'relu' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 6);
  const input = randomInput([12, 1], 6);
  const layer = 'target';
  await assertRefused(
    () => first(model, input, { method: 'grad-cam', layer }),
    XaiError,
    /dilated convolution/,
  );
  assert.ok((await first(model, input, { method: 'score-cam', layer })).map.data.length > 0);
});

test('a backend that lacks a kernel of the gradient is named with the kernel and those that have it', async () => {
  const model = sequenceModel([
    tf.layers.conv1d({ filters: 4, kernelSize: 3, inputShape: [12, 1], name: 'target' }),
    tf.layers.elu(),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 6);
  const input = randomInput([12, 1], 6);
  await first(model, input, { method: 'grad-cam', layer: 'target', backend: 'wasm' });
  // This version of TensorFlow.js lacks none of those that common layers need: one is taken away.
  const kernel = tf.getKernel(tf.EluGrad, 'wasm');
  tf.unregisterKernel(tf.EluGrad, 'wasm');
  try {
    await assertRefused(
      () => first(model, input, { method: 'grad-cam', layer: 'target', backend: 'wasm' }),
      XaiError,
      /kernel EluGrad, which TensorFlow\.js's backend wasm lacks\. It is there on cpu/,
    );
  } finally {
    tf.registerKernel(kernel);
  }
  const onCpu = await first(model, input, { method: 'grad-cam', layer: 'target', backend: 'cpu' });
  assert.ok(onCpu.map.data.length > 0);
});

test('an abort stops a slow method and leaves everything usable', async () => {
  const model = pooledModel(2);
  const controller = new AbortController();
  const run = explain(model, inputOf(2, [4]), {
    method: 'feature-ablation',
    perPass: 1,
    backend: 'cpu',
    signal: controller.signal,
    onProgress: () => {
      controller.abort();
    },
  });
  const error: unknown = await run.catch((reason: unknown) => reason);
  assert.is(error, controller.signal.reason, "the signal's own reason");
  assert.ok((await first(model, inputOf(2), { method: 'grad-cam' })).map.data.length > 0);
});

test('an input where every value is the same has a saliency and an occlusion', async () => {
  const model = pooledModel(2);
  const input = { shape: [7, 8, 2], data: new Float32Array(112).fill(0.5) };
  for (const method of ['saliency', 'smooth-grad', 'occlusion', 'score-cam'] as const) {
    assert.ok((await first(model, input, { method })).map.data.every(Number.isFinite), method);
  }
});

test('gradients go around the target where the network has a shortcut', async () => {
  const input = tf.input({ shape: [8, 2] });
  const same = { kernelSize: 3, padding: 'same', activation: 'tanh' } as const;
  const start = tf.layers.conv1d({ ...same, filters: 4 }).apply(input) as tf.SymbolicTensor;
  const branch = tf.layers.conv1d({ ...same, filters: 4, name: 'branch' }).apply(start) as tf.SymbolicTensor;
  const sum = tf.layers.add().apply([start, branch]) as tf.SymbolicTensor;
  const flat = tf.layers.flatten().apply(sum) as tf.SymbolicTensor;
  const output = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(flat) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output });
  setRandomWeights(model, 11);
  const data = seededRandom(2).floats(16);
  const { weights, mapSigned } = await first(
    model,
    { shape: [8, 2], data },
    { method: 'hires-cam', layer: 'branch', score: 'logit', classIndex: 1 },
  );
  assert.is(weights, null);
  // The head is linear in the branch: its part of the logit is what the branch contributes.
  const parts = tf.tidy(() => {
    const [kernel, bias] = model.layers.at(-1)!.getWeights();
    const shortcut = tf
      .model({ inputs: input, outputs: start })
      .predict(tf.tensor(data, [1, 8, 2])) as tf.Tensor;
    const of = tf.matMul(shortcut.reshape([1, 32]), kernel!.slice([0, 1], [-1, 1]));
    return of.add(bias!.slice([1], [1])).dataSync()[0]!;
  });
  const { classScore } = await first(
    model,
    { shape: [8, 2], data },
    { method: 'saliency', score: 'logit', classIndex: 1 },
  );
  const total = [...mapSigned.data].reduce((a, b) => a + b, 0);
  assertClose([total + parts], [classScore], { absolute: 1e-5 });
});

test.run();
