import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { XaiError, type ExplanationResult } from '../src/index.ts';
import {
  bootstrapMean,
  comparePaired,
  dropAndIncrease,
  faithfulness,
  insertionDeletion,
  localization,
  weightDifference,
  weightRandomization,
  type DropIncrease,
  type MeasuredMap,
  type MaskProtocol,
} from '../src/metrics.ts';
import { randomInput, sequenceModel, setRandomWeights } from './support/models.ts';

const test = suite('metrics');

test.before(async () => {
  await useBackend('cpu');
});

/** Its score of class 1 is sigmoid(sum of the input). */
function sumModel(): tf.LayersModel {
  const model = sequenceModel([
    tf.layers.flatten({ inputShape: [4, 1] }),
    tf.layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: 'ones' }),
  ]);
  return model;
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const input = { shape: [4, 1], data: Float32Array.of(1, 2, 3, -4) };
const mapOf = (...data: number[]): MeasuredMap => ({
  inputIndex: 0,
  classIndex: 1,
  map: { shape: [4], data: Float64Array.from(data) },
});

/** A float32 sigmoid. */
const SINGLE_PRECISION = { absolute: 1e-6 };

async function measured(map: MeasuredMap, protocol: MaskProtocol): Promise<DropIncrease> {
  const [found] = await dropAndIncrease(sumModel(), input, [map], { protocol, backend: 'cpu' });
  return found!;
}

test('the largest fraction is kept, and what is not larger than the next value is not', async () => {
  const half = { kind: 'top-fraction', fraction: 0.5 } as const;
  const best = await measured(mapOf(0, 5, 9, 0), half);
  assertClose([best.score, best.maskedScore], [sigmoid(2), sigmoid(5)], SINGLE_PRECISION);
  assert.equal([best.drop, best.increase, best.kept], [0, 1, 2]);

  const worst = await measured(mapOf(0, 0, 0, 1), half);
  assertClose([worst.drop], [1 - sigmoid(-4) / sigmoid(2)], SINGLE_PRECISION);
  assert.equal([worst.increase, worst.kept], [0, 1]);

  assert.is((await measured(mapOf(3, 3, 3, 3), half)).kept, 0, 'a flat map keeps nothing');
  assert.is((await measured(mapOf(0, 1, 2, 3), { kind: 'top-fraction', fraction: 1 })).kept, 4);
});

test('what is not kept is the baseline', async () => {
  const found = await measured(mapOf(0, 0, 0, 1), {
    kind: 'top-fraction',
    fraction: 0.25,
    baseline: [1, 1, 1, 1],
  });
  assertClose([found.maskedScore], [sigmoid(-1)], SINGLE_PRECISION);
  const soft = await measured(mapOf(0, 1, 2, 0), { kind: 'soft-multiply' });
  assertClose([soft.maskedScore], [sigmoid(1 + 3)], SINGLE_PRECISION);
  assert.is(soft.kept, null);
});

for (const fraction of [0, -0.1, 1.1, NaN]) {
  test(`a fraction of ${fraction} is refused`, async () => {
    try {
      await measured(mapOf(1, 2, 3, 4), { kind: 'top-fraction', fraction });
      assert.unreachable();
    } catch (error) {
      assert.instance(error, XaiError);
      assert.match((error as Error).message, /above 0 and at most 1/);
    }
  });
}

test('a good order inserts fast and deletes fast', async () => {
  const maps = [mapOf(2, 3, 4, 1), mapOf(3, 2, 1, 4)];
  const [good, bad] = await insertionDeletion(sumModel(), input, maps, { steps: 4, backend: 'cpu' });
  assertClose(good!.insertion.scores, [0, 3, 5, 6, 2].map(sigmoid), SINGLE_PRECISION);
  assertClose(good!.deletion.scores, [2, -1, -3, -4, 0].map(sigmoid), SINGLE_PRECISION);
  assert.ok(good!.insertion.auc > bad!.insertion.auc);
  assert.ok(good!.deletion.auc < bad!.deletion.auc);
});

test('localisation: exact, wide, elsewhere, empty', () => {
  const truth = { shape: [2, 4], data: [0, 1, 1, 0, 0, 1, 1, 0] };
  const at = (...data: number[]): ReturnType<typeof localization> =>
    localization({ shape: [2, 4], data: Float32Array.from(data) }, truth);
  assert.equal(at(0, 1, 1, 0, 0, 1, 1, 0), { hit: 1, iou: 1, softIou: 1, energy: 1 });
  const wide = at(1, 2, 1, 1, 1, 1, 1, 1);
  assert.equal(wide, { hit: 1, iou: 0.5, softIou: 2.5 / 6, energy: 2.5 / 4.5 });
  assert.equal(at(1, 0, 0, 0, 0, 0, 0, 1), { hit: 0, iou: 0, softIou: 0, energy: 0 });
  assert.equal(at(0, 0, 0, 0, 0, 0, 0, 0), { hit: 0, iou: 0, softIou: 0, energy: 0 });
});

test('localisation refuses a truth that marks nothing or does not fit', () => {
  const map = { shape: [2], data: Float32Array.of(1, 0) };
  assert.throws(() => localization(map, { shape: [2], data: [0, 0] }), /at least one/);
  assert.throws(() => localization(map, { shape: [2], data: [1] }), /needs 2 values/);
  assert.throws(() => localization(map, { shape: [2], data: [1, 0] }, { threshold: 0 }), /threshold/);
});

test('the interval of a mean holds the mean, is a point for equal values, and narrows with more', () => {
  const { mean, low, high } = bootstrapMean([1, 2, 3, 4, 10]);
  assert.ok(low < mean && mean < high && mean === 4);
  assert.equal(bootstrapMean([2, 2, 2]), { mean: 2, low: 2, high: 2, count: 3 });
  const many = bootstrapMean(Array.from({ length: 20 }, () => [1, 2, 3, 4, 10]).flat());
  assert.ok(many.high - many.low < high - low);
  assert.throws(() => bootstrapMean([]), /no values/);
});

test('a paired comparison counts wins in the direction asked for', () => {
  const smaller = comparePaired([1, 2, 3, 4], [2, 2, 4, 3], 'smaller');
  assert.equal([smaller.wins, smaller.ties, smaller.losses, smaller.winRate], [2, 1, 1, 0.5]);
  assert.is(comparePaired([1, 2, 3, 4], [2, 2, 4, 3], 'larger').wins, 1);
  assert.is(smaller.difference.mean, -0.25);
  assert.throws(() => comparePaired([1], [1, 2], 'larger'), /same samples/);
});

test('average drop and increase of probabilities that cannot be are a fault', () => {
  const sample = { score: 0.5, maskedScore: 0, kept: 1 };
  const good = faithfulness([{ ...sample, drop: 1, increase: 0 }], 'probability');
  assert.is(good.averageDrop.mean, 1);
  assert.throws(() => faithfulness([{ ...sample, drop: 1, increase: 1 }], 'probability'), /does not go with/);
});

test('randomised weights change the maps of a gradient method, not those of one that ignores them', async () => {
  const model = sequenceModel([
    tf.layers.conv2d({
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      inputShape: [12, 12, 1],
    }),
    tf.layers.conv2d({ filters: 5, kernelSize: 3, padding: 'same', activation: 'relu' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 2);
  const own = model.getWeights().map((weight) => [...weight.dataSync()]);
  const batch = randomInput([2, 12, 12, 1], 2);

  const stages = await weightRandomization(model, batch, { method: 'saliency', backend: 'cpu' });
  assert.equal(
    stages.map(({ layer }) => layer),
    model.layers
      .filter(({ weights }) => weights.length > 0)
      .map(({ name }) => name)
      .reverse(),
  );
  assert.ok(Math.abs(stages.at(-1)!.rankCorrelation.mean) < 0.5);
  assert.ok(stages.at(-1)!.similarity.mean < 0.8);

  const random = await weightRandomization(
    model,
    { shape: [1, 12, 12, 1], data: batch.data.slice(0, 144) },
    {
      method: 'random',
      backend: 'cpu',
    },
  );
  assert.ok(
    random.every(({ rankCorrelation, similarity }) => rankCorrelation.mean === 1 && similarity.mean === 1),
  );
  assert.equal(
    model.getWeights().map((weight) => [...weight.dataSync()]),
    own,
    'the model has its weights back',
  );
});

test('an abort gives the model its weights back', async () => {
  const model = sequenceModel([
    tf.layers.conv1d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [9, 1] }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 2);
  const own = model.getWeights().map((weight) => [...weight.dataSync()]);
  const controller = new AbortController();
  try {
    await weightRandomization(model, randomInput([9, 1], 2), {
      method: 'grad-cam',
      backend: 'cpu',
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /aborted/);
  }
  assert.equal(
    model.getWeights().map((weight) => [...weight.dataSync()]),
    own,
  );
});

test('weights differ by a fraction of the largest; one without a counterpart by NaN', () => {
  const result = (...weights: number[]) =>
    ({ explanations: [{ weights: Float32Array.from(weights) }] }) as unknown as ExplanationResult;
  assert.is(weightDifference(result(1, -4, 2), result(1.5, -4, 2)), 0.125);
  assert.is(weightDifference(result(0, 0), result(0, 0)), 0);
  assert.ok(Number.isNaN(weightDifference(result(1, 2), result(1))));
});

test.run();
