import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs';
import { assertClose } from '@ablation-cam/tools/testing';
import { useBackend } from '@ablation-cam/model';
import {
  ablationCam,
  contrastOf,
  createExplainer,
  explain,
  gradCam,
  releaseDevice,
  sharedDevice,
  XaiError,
  type Explainer,
} from '../src/index.ts';
import { randomInput, sequenceModel, setRandomWeights } from './support/models.ts';

const test = suite('explainers');

/** The same arithmetic on the same numbers. */
const SAME = { ofLargest: 1e-6 };

test.before(async () => {
  await useBackend('cpu');
});

test.after(async () => {
  await releaseDevice();
});

const LENGTH = 12;

function signalModel(seed: number, open = false): tf.Sequential {
  const model = sequenceModel([
    tf.layers.conv1d({
      filters: 3,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      inputShape: [open ? null : LENGTH, 2] as number[],
      name: 'first',
    }),
    tf.layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', name: 'last' }),
    tf.layers.globalAveragePooling1d({}),
    tf.layers.dense({ units: 5, activation: 'softmax' }),
  ]);
  setRandomWeights(model, seed);
  return model;
}

const input = (seed: number) => randomInput([LENGTH, 2], seed);

test('many calls of one explainer give what single calls give', async () => {
  const model = signalModel(1);
  const explainer = await createExplainer(model, { classIndex: 'all', backend: 'cpu' });
  assert.is(explainer.method, 'ablation-cam');
  assert.ok(explainer.plan, 'a network of definite sizes is planned at once');
  for (let seed = 0; seed < 5; seed++) {
    const [many, single] = [
      await explainer.explain(input(seed)),
      await ablationCam(model, input(seed), { classIndex: 'all', backend: 'cpu' }),
    ];
    assert.is(many.explanations.length, 5);
    many.explanations.forEach(({ weights }, i) => {
      assertClose(weights ?? [], single.explanations[i]!.weights, SAME);
    });
  }
  await explainer.dispose();
  model.dispose();
});

test('options of a call take the place of the explainer’s', async () => {
  const model = signalModel(2);
  const explainer = await createExplainer(model, { method: 'ablation-cam', classIndex: 2, backend: 'cpu' });
  const classes = async (options?: Parameters<typeof explainer.explain>[1]): Promise<(number | null)[]> =>
    (await explainer.explain(input(1), options)).explanations.map(({ classIndex }) => classIndex);
  assert.equal(await classes(), [2]);
  assert.equal(await classes({ classIndex: [4, 0] }), [4, 0]);
  assert.equal(await classes({ target: contrastOf(1, 3) }), [1]);
  assert.equal((await explainer.explain(input(1), { layers: ['first', 'last'] })).layers, ['first', 'last']);
  assert.equal(
    (await explainer.explain(input(1), { layers: ['first', 'last'], score: 'logit' })).score,
    'logit',
  );
  assert.equal(await classes(), [2]);
  await explainer.dispose();
  model.dispose();
});

for (const method of ['ablation-cam', 'grad-cam', 'saliency'] as const) {
  test(`topK explains the classes with the highest logits, the highest first: ${method}`, async () => {
    const model = signalModel(3);
    const { explanations, targets } = await explain(model, input(3), {
      method,
      classIndex: { topK: 3 },
      backend: 'cpu',
    });
    const logits = [...explanations[0]!.logits!];
    const order = logits.map((_, c) => c).sort((a, b) => logits[b]! - logits[a]!);
    assert.equal(
      explanations.map(({ classIndex }) => classIndex),
      order.slice(0, 3),
    );
    assert.is(targets.length, 3);
    for (const { classIndex, classScore, probabilities } of explanations) {
      assertClose([classScore], [probabilities![classIndex!]!], SAME);
    }
    const all = await explain(model, input(3), { method, classIndex: { topK: 99 }, backend: 'cpu' });
    assert.is(all.explanations.length, 5, 'no more than there are');
    model.dispose();
  });
}

test('weights that were trained or set between two calls are noticed', async () => {
  const model = signalModel(4);
  const explainers: Explainer[] = [];
  for (const executor of ['tfjs', 'reference', 'webgpu'] as const) {
    explainers.push(await createExplainer(model, { method: 'ablation-cam', executor, backend: 'cpu' }));
  }
  const before = await ablationCam(model, input(4), { backend: 'cpu', classIndex: 1 });

  model.compile({ optimizer: tf.train.sgd(0.5), loss: 'categoricalCrossentropy' });
  const [x, y] = [tf.tensor(input(4).data, [1, LENGTH, 2]), tf.tensor2d([[0, 1, 0, 0, 0]])];
  await model.fit(x, y, { epochs: 3 });
  const check = async (): Promise<void> => {
    const naive = await ablationCam(model, input(4), { strategy: 'naive', backend: 'cpu', classIndex: 1 });
    const expected = naive.explanations[0]!;
    for (const explainer of explainers) {
      const found = (await explainer.explain(input(4), { classIndex: 1 })).explanations[0]!;
      assertClose(found.weights ?? [], expected.weights, { ofLargest: 1e-4, absolute: 2e-6 });
    }
    const again = (await ablationCam(model, input(4), { backend: 'cpu', classIndex: 1 })).explanations[0]!;
    assertClose(again.weights, expected.weights, { ofLargest: 1e-4, absolute: 2e-6 });
  };
  await check();
  const trained = (await ablationCam(model, input(4), { backend: 'cpu', classIndex: 1 })).explanations[0]!;
  assert.ok(
    Math.abs(trained.classScore - before.explanations[0]!.classScore) > 1e-3,
    'training had an effect',
  );

  setRandomWeights(model, 40);
  await check();
  for (const explainer of explainers) await explainer.dispose();
  tf.dispose([x, y]);
  model.dispose();
});

test('a network of open sizes is prepared at the first input of each size', async () => {
  const model = signalModel(5, true);
  const explainer = await createExplainer(model, { backend: 'cpu' });
  assert.is(explainer.plan, null);
  for (const length of [12, 30, 12, 7]) {
    const { explanations } = await explainer.explain(randomInput([length, 2], length));
    assert.equal(explanations[0]!.map.shape, [length]);
    assert.is(explainer.plan?.channels, 4);
    const naive = await ablationCam(model, randomInput([length, 2], length), {
      strategy: 'naive',
      backend: 'cpu',
    });
    assertClose(explanations[0]!.weights ?? [], naive.explanations[0]!.weights, {
      ofLargest: 1e-4,
      absolute: 2e-6,
    });
  }
  await explainer.dispose();
  model.dispose();
});

test('a thousand calls leave nothing behind, of one explainer and on models in turn', async () => {
  const device = await sharedDevice();
  const models = [signalModel(6), signalModel(7)];
  const explainers: Explainer[] = [];
  for (const executor of ['tfjs', 'reference'] as const) {
    explainers.push(await createExplainer(models[0]!, { method: 'ablation-cam', executor, backend: 'cpu' }));
  }
  explainers.push(await createExplainer(models[0]!, { method: 'grad-cam', backend: 'cpu' }));
  const round = async (i: number): Promise<void> => {
    await explainers[i % explainers.length]!.explain(input(i));
    await ablationCam(models[i % 2]!, input(i), {
      backend: 'cpu',
      executor: i % 4 < 2 ? 'tfjs' : 'reference',
    });
  };
  for (let i = 0; i < 12; i++) await round(i);
  const before = { tensors: tf.memory().numTensors, buffers: device.liveBuffers };
  // Two calls each.
  for (let i = 0; i < 500; i++) await round(i);
  assert.equal({ tensors: tf.memory().numTensors, buffers: device.liveBuffers }, before);
  for (const explainer of explainers) await explainer.dispose();
  for (const model of models) model.dispose();
});

test('prepared plans are freed with the explainer, and with releaseDevice', async () => {
  await releaseDevice();
  const model = signalModel(8);
  const before = tf.memory().numTensors;
  const explainer = await createExplainer(model, { executor: 'tfjs', backend: 'cpu' });
  await explainer.explain(input(8));
  await explainer.dispose();
  await explainer.dispose();
  assert.is(tf.memory().numTensors, before);
  await ablationCam(model, input(8), { executor: 'tfjs', backend: 'cpu' });
  await releaseDevice();
  assert.is(tf.memory().numTensors, before);
  const error: unknown = await explainer.explain(input(8)).catch((reason: unknown) => reason);
  assert.instance(error, XaiError);
  model.dispose();
});

test('networks survive a device that is released or lost', async () => {
  const model = signalModel(9);
  const expected = (await ablationCam(model, input(9), { backend: 'cpu' })).explanations[0]!;
  const check = async (backend: 'webgpu' | 'cpu' | 'wasm'): Promise<void> => {
    const { explanations } = await ablationCam(model, input(9), { backend, executor: 'webgpu' });
    assertClose(explanations[0]!.weights, expected.weights, { ofLargest: 1e-4, absolute: 2e-6 }, backend);
    const grad = await gradCam(model, input(9), { backend });
    assert.ok(grad.explanations[0]!.map.data.every(Number.isFinite));
  };
  for (const end of ['released', 'lost'] as const) {
    await check('webgpu');
    if (end === 'released') await releaseDevice();
    else {
      const device = await sharedDevice();
      device.gpu.destroy();
      await device.lost;
    }
    for (const backend of ['cpu', 'webgpu', 'wasm', 'webgpu'] as const) await check(backend);
  }
  await releaseDevice();
  model.dispose();
});

test('an abort takes effect within a second, whatever is running', async () => {
  const model = signalModel(10);
  for (const options of [
    { method: 'integrated-gradients', steps: 4000 },
    { method: 'smooth-grad', samples: 4000 },
    { method: 'occlusion', window: 2, stride: 1, perPass: 1 },
    { method: 'ablation-cam', strategy: 'naive' },
  ] as const) {
    const controller = new AbortController();
    const batch = randomInput([400, LENGTH, 2], 1);
    let aborted = 0;
    const onProgress = (): void => {
      aborted ||= performance.now();
      controller.abort();
    };
    const run = explain(model, batch, { ...options, backend: 'cpu', signal: controller.signal, onProgress });
    const error: unknown = await run.catch((reason: unknown) => reason);
    assert.is(error, controller.signal.reason, options.method);
    const took = performance.now() - aborted;
    assert.ok(took < 1000, `${options.method} took ${took.toFixed()} ms to stop`);
  }
  model.dispose();
});

test.run();
