import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  augment,
  loadLayersModel,
  smallMobileNet,
  subset,
  texturesDataSets,
  train,
  trainingStatus,
  useBackend,
  type DataSet,
  type TrainOptions,
} from '../src/index.ts';
import { assertAborted, assertRefused } from './support/refusal.ts';
import { decodeSealedSafetensors, encodeSealedSafetensors } from '../src/files/sealed-safetensors.ts';

const test = suite('resumed training');

let data: DataSet;
let expected: number[][];
let folder = '';

const options: TrainOptions = {
  optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.05 },
  learningRate: { kind: 'cosine', rate: 3e-3, warmupEpochs: 1 },
  epochs: 3,
  batchSize: 10,
  seed: 2,
  validationFraction: 0.2,
  patience: 8,
};

test.before(async () => {
  await useBackend('wasm');
  const { train: textures } = texturesDataSets({ trainSamples: 40, testSamples: 8, size: 32 });
  data = augment(subset(textures, Array.from(textures.labels.keys())), 2);
  expected = await weightsAfter((model) => train(model, data, options));
});
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'training-'));
});
test.after.each(async () => {
  await rm(folder, { recursive: true });
});

// With 32 training samples an epoch has 4 steps: these stop within an epoch, at its end, and before its first step.
for (const stopAfter of [1, 2, 4, 6, 11]) {
  test(`interrupted after ${stopAfter} of 12 steps and resumed, it ends with the same bits`, async () => {
    const weights = await weightsAfter(async (model) => {
      await interrupt(model, stopAfter);
      assert.is(await trainingStatus(folder), 'unfinished');
    }, resume);
    assert.equal(weights, expected);
    assert.is(await trainingStatus(folder), 'ended');
  });
}

test('killed within an epoch, it goes on from the one before and ends with the same bits', async () => {
  const weights = await weightsAfter(async (model) => {
    let steps = 0;
    await assertThrows(() =>
      train(model, data, {
        ...options,
        checkpoint: folder,
        onProgress: () => {
          steps += 1;
          if (steps === 6) throw new Error('killed');
        },
      }),
    );
  }, resume);
  assert.equal(weights, expected);
});

test('the folder holds the best model, which loads, and the history', async () => {
  const weights = await weightsAfter((model) => train(model, data, { ...options, checkpoint: folder }));
  const { model, metadata, dispose } = await loadLayersModel(folder);
  assert.equal(valuesOf(model), weights);
  assert.equal(metadata.classNames, data.classNames);
  dispose();
  const history = JSON.parse(await readFile(join(folder, 'history.json'), 'utf8')) as {
    settings: { seed: number };
    epochs: { epoch: number; loss: number }[];
  };
  assert.is(history.settings.seed, 2);
  assert.equal(
    history.epochs.map(({ epoch }) => epoch),
    [1, 2, 3],
  );
  assert.equal(
    (await readdir(folder)).filter((name) => name.includes('.tmp')),
    [],
  );
});

test('other settings, other data, another network, an unfinished training: refused', async () => {
  const model = network();
  await interrupt(model, 3);
  const refuse = (
    change: TrainOptions,
    pattern: RegExp,
    on = data,
    code: 'invalid-option' | 'invalid-data' = 'invalid-option',
  ): Promise<void> =>
    assertRefused(
      () => train(model, on, { ...options, checkpoint: folder, resume: true, ...change }),
      code,
      pattern,
    );
  await refuse({ seed: 3 }, /other settings/);
  await refuse(
    {},
    /had 40 samples, these data have 32/,
    subset(
      data,
      Array.from({ length: 32 }, (_, i) => i),
    ),
    'invalid-data',
  );
  await refuse({ resume: false }, /unfinished training/);
  model.dispose();
  const bigger = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [32, 32, 3] }),
      tf.layers.dense({ units: 8, activation: 'softmax' }),
    ],
  });
  await assertRefused(
    () => train(bigger, data, { ...options, checkpoint: folder, resume: true }),
    'invalid-data',
    /another network/,
  );
  bigger.dispose();
});

test('nothing to resume and a broken state are refused', async () => {
  const model = network();
  const again = (): Promise<unknown> => train(model, data, { ...options, checkpoint: folder, resume: true });
  await assertRefused(again, 'not-found', /no such file/);
  await interrupt(model, 1);
  const path = join(folder, 'training-state.safetensors');
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, -5));
  await assertRefused(again, 'invalid-file', /cut off/);
  const changed = Uint8Array.from(whole);
  changed[changed.length - 5] = (changed.at(-5) ?? 0) ^ 4;
  await writeFile(path, changed);
  await assertRefused(again, 'invalid-file', /is not as it was written: .*checksum/);
  model.dispose();
});

test('a state that no training can be in is refused', async () => {
  const model = network();
  await interrupt(model, 5);
  const path = join(folder, 'training-state.safetensors');
  const whole = await decodeSealedSafetensors(await readFile(path), path);
  const state = JSON.parse(whole.metadata['state'] ?? '') as { sums: object; history: object[] };
  const changes: readonly (readonly [object, RegExp])[] = [
    [{ epoch: 3 }, /stands at epoch 4 of 3, step 1 of 4/],
    [{ epoch: 1e9 }, /stands at epoch 1000000001 of 3/],
    [{ batch: 5 }, /step 5 of 4/],
    [{ batch: 0 }, /is broken/],
    [{ history: [] }, /with 0 epochs in its history/],
    [{ history: [{ ...state.history[0], epoch: 2 }] }, /is broken/],
    [{ best: { epoch: 2, validationLoss: 1 } }, /is broken/],
    [{ epoch: -1 }, /the state in .* is broken at epoch: expected >=0/],
    [{ epoch: '1' }, /broken at epoch: expected number/],
    [{ sums: null }, /broken at sums: expected object, got null/],
    [{ ended: 'never' }, /broken at ended/],
    [{ history: [null] }, /broken at history\[0\]/],
  ];
  for (const [change, pattern] of changes) {
    const metadata = { ...whole.metadata, state: JSON.stringify({ ...state, ...change }) };
    await writeFile(path, await encodeSealedSafetensors({ ...whole, metadata }));
    await assertRefused(
      () => train(model, data, { ...options, checkpoint: folder, resume: true }),
      'invalid-file',
      pattern,
    );
  }
  model.dispose();
});

function network(): tf.LayersModel {
  return smallMobileNet({ inputShape: [32, 32, 3], classes: 8, seed: 1 });
}

async function interrupt(model: tf.LayersModel, stopAfter: number): Promise<void> {
  const controller = new AbortController();
  let steps = 0;
  const onProgress = (): void => {
    steps += 1;
    if (steps === stopAfter) controller.abort();
  };
  await assertAborted(
    () => train(model, data, { ...options, checkpoint: folder, signal: controller.signal, onProgress }),
    controller.signal,
  );
}

function resume(model: tf.LayersModel): Promise<unknown> {
  return train(model, data, { ...options, checkpoint: folder, resume: true });
}

/** The weights after the last of several pieces of work, each on a network of its own. */
async function weightsAfter(...work: ((model: tf.LayersModel) => Promise<unknown>)[]): Promise<number[][]> {
  let weights: number[][] = [];
  for (const piece of work) {
    const model = network();
    await piece(model);
    weights = valuesOf(model);
    model.dispose();
  }
  return weights;
}

function valuesOf(model: tf.LayersModel): number[][] {
  return model.getWeights().map((weight) => [...weight.dataSync()]);
}

async function assertThrows(work: () => Promise<unknown>): Promise<void> {
  const message = await work().then(
    () => 'no error',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  assert.is(message, 'killed');
}

test.run();
