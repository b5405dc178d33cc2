import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs';
import { assertClose, assertRefused } from '@ablation-cam/tools/testing';
import { ModelError, useBackend } from '@ablation-cam/model';
import {
  createExplainer,
  explainSet,
  releaseDevice,
  XaiError,
  type InputArray,
  type SetExplainer,
} from '../src/index.ts';
import { randomInput, sequenceModel, setRandomWeights } from './support/models.ts';

const test = suite('explaining a set');

/** Batches change the order of sums, nothing else. */
const SAME = { ofLargest: 1e-6 };
const SHAPE = [12, 2];

test.before(async () => {
  await useBackend('cpu');
});

test.after(async () => {
  await releaseDevice();
});

function signalModel(): tf.Sequential {
  const model = sequenceModel([
    tf.layers.conv1d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: SHAPE }),
    tf.layers.globalAveragePooling1d({}),
    tf.layers.dense({ units: 4, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 5);
  return model;
}

interface Sample {
  readonly name: string;
  read(): Promise<InputArray>;
}

const good = (seed: number): Sample => ({
  name: `good ${seed}`,
  read: () => Promise.resolve(randomInput(SHAPE, seed)),
});
const broken: Sample = {
  name: 'broken',
  read: () => Promise.reject(new ModelError('invalid-file', 'It is no picture.')),
};
const withNaN: Sample = {
  name: 'NaN',
  read: () => Promise.resolve({ data: new Float32Array(24).fill(NaN), shape: SHAPE }),
};
const ofOtherShape: Sample = {
  name: 'other shape',
  read: () => Promise.resolve({ data: new Float32Array(10), shape: [5, 2] }),
};

test('results come in order, each sample with its explanations or its error, as from single calls', async () => {
  const model = signalModel();
  const explainer = await createExplainer(model, { classIndex: [0, 2], backend: 'cpu' });
  const samples = [good(1), broken, good(2), withNaN, good(3), ofOtherShape, good(4)];
  const progress: number[] = [];
  let index = 0;
  for await (const result of explainSet(explainer, samples, {
    batch: 4,
    onProgress: (done) => progress.push(done),
  })) {
    assert.is(result.index, index);
    assert.is(result.sample, samples[index]);
    if (result.error) {
      assert.equal(result.explanations, []);
      assert.match(
        result.error.message,
        { broken: /no picture/, NaN: /NaN at position 0/, 'other shape': /shape/ }[result.sample.name] ??
          /^$/,
      );
    } else {
      const { explanations } = await explainer.explain(await result.sample.read());
      assert.equal(
        result.explanations.map(({ inputIndex, classIndex }) => [inputIndex, classIndex]),
        [
          [index, 0],
          [index, 2],
        ],
      );
      explanations.forEach(({ weights, mapSigned }, target) => {
        assertClose(result.explanations[target]!.weights!, weights!, SAME);
        assertClose(result.explanations[target]!.mapSigned.data, mapSigned.data, SAME);
      });
    }
    index++;
  }
  assert.equal(progress, [1, 2, 3, 4, 5, 6, 7]);
  await explainer.dispose();
  model.dispose();
});

/** Walks a set to its end. */
async function drain(...args: Parameters<typeof explainSet>): Promise<void> {
  for await (const { index } of explainSet(...args)) assert.ok(index >= 0);
}

/** An explainer that notes its batches and computes nothing. */
function noting(batches: number[]): SetExplainer {
  return {
    explain: (input) => {
      batches.push((input as InputArray[])[0]!.shape[0]!);
      return Promise.resolve({ explanations: [] });
    },
  };
}

test('no more samples are taken than are read ahead, and none after the consumer has stopped', async () => {
  let taken = 0;
  let hasEnded = false;
  function* endless(): Generator<Sample> {
    try {
      for (;;) yield good(++taken);
    } finally {
      hasEnded = true;
    }
  }
  const batches: number[] = [];
  let seen = 0;
  for await (const _ of explainSet(noting(batches), endless(), { batch: 3, ahead: 5 })) {
    // Two batches are between reading and the consumer.
    assert.ok(taken <= seen + 6 + 5, `${taken} taken after ${seen}`);
    if (++seen === 30) break;
  }
  assert.ok(hasEnded);
  assert.ok(batches.every((size) => size === 3));
});

test('a batch ends behind a sample that says so, and the next one is counted from there', async () => {
  const samples = Array.from({ length: 11 }, (_, i) => ({ ...good(i), endsBatch: i === 3 || i === 5 }));
  const batches: number[] = [];
  await drain(noting(batches), samples, { batch: 3 });
  assert.equal(batches, [3, 1, 2, 3, 2]);
});

test('without a size, batches hold as many samples as their values allow', async () => {
  const large: Sample = {
    name: 'large',
    read: () => Promise.resolve({ data: new Float32Array(2 ** 20), shape: [2 ** 20] }),
  };
  const batches: number[] = [];
  await drain(noting(batches), Array<Sample>(9).fill(large));
  assert.equal(batches, [4, 4, 1]);
  const small: number[] = [];
  await drain(noting(small), Array<Sample>(70).fill(good(1)));
  assert.equal(small, [64, 6]);
});

test('an abort, a wrong option and a failing network end the iteration', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const aborting: SetExplainer = {
    explain: () => {
      controller.abort(reason);
      return Promise.resolve({ explanations: [] });
    },
  };
  const { signal } = controller;
  let caught: unknown;
  await drain(aborting, [good(1), good(2)], { batch: 1, signal }).catch((error: unknown) => {
    caught = error;
  });
  assert.is(caught, reason);
  await assertRefused(
    () => drain(noting([]), [good(1)], { batch: 0 }),
    XaiError,
    /batch must be a whole number/,
  );
  const failing: SetExplainer = {
    explain: () => Promise.reject(new XaiError('unsupported-model', 'It has no gradient.')),
  };
  await assertRefused(() => drain(failing, [good(1)]), XaiError, /no gradient/, 'unsupported-model');
});

test.run();
