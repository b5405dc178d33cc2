import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type * as tf from '@tensorflow/tfjs';
import { assertClose, shared, skipIf } from '@ablation-cam/tools/testing';
import { decodeNpy, loadLayersModel, readInput, useBackend } from '@ablation-cam/model';
import type { ExecutorName } from '@ablation-cam/kernels';
import { ablationCam, releaseDevice, type InputArray } from '../src/index.ts';

/** A record of the numbers that an independent float64 implementation gave. */
interface ReferenceRecord {
  readonly layer: string;
  readonly classIndex: number;
  readonly probabilities: readonly number[];
  readonly ablationCam: Readonly<Record<'zero' | 'zero-kernel', ReferenceAblation>>;
  /** MNIST-1D: index into the test set. */
  readonly testIndex?: number;
  /** HMT: a PNG of the model's size. */
  readonly image?: string;
}

interface ReferenceAblation {
  readonly ablatedScores: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly weightsLogit: readonly number[];
  /** The map's values, or the name of a file with them. */
  readonly cam: readonly number[] | string;
  readonly camSigned?: readonly number[];
}

const material = shared();
const test = suite('Ablation-CAM against independent numbers');
const needsMaterial = skipIf(test, material.missing);

test.after(async () => {
  await releaseDevice();
});

/**
 * `count`: how many records are explained, and `onLogits`: how many of them a second time, on logits. HMT's passes take long; all
 * eight of its records at both layers are held against PyTorch by the executor that is chosen by itself.
 */
const STUDIES = [
  {
    name: 'mnist1d',
    model: 'MNIST1D.h5',
    layer: 'conv1d',
    count: 10,
    onLogits: 10,
    executors: ['webgpu', 'tfjs'],
  },
  {
    name: 'mnist1d',
    model: 'MNIST1D.h5',
    layer: 'conv1d_1',
    count: 10,
    onLogits: 10,
    executors: ['webgpu', 'tfjs'],
  },
  {
    name: 'mnist1d',
    model: 'MNIST1D.h5',
    layer: 'conv1d_2',
    count: 30,
    onLogits: 30,
    executors: ['webgpu', 'reference'],
  },
  { name: 'hmt', model: 'HMT.h5', layer: 'conv2d_2', count: 2, onLogits: 1, executors: ['tfjs'] },
  {
    name: 'hmt',
    model: 'HMT.h5',
    layer: 'conv2d_3',
    count: 3,
    onLogits: 1,
    executors: ['webgpu', 'reference'],
  },
] as const;

for (const study of STUDIES) {
  for (const executor of study.executors) {
    needsMaterial(`${study.model} at ${study.layer} gives them on the ${executor} executor`, async () => {
      await useBackend('wasm');
      const { model } = await loadLayersModel(path('models', study.model));
      const records = (await recordsOf(study.name, study.layer)).slice(0, study.count);
      assert.is(records.length, study.count);
      for (const [n, record] of records.entries()) {
        await assertAgrees(model, record, executor, n < study.onLogits);
      }
      model.dispose();
    });
  }
}

test.run();

async function assertAgrees(
  model: tf.LayersModel,
  record: ReferenceRecord,
  executor: ExecutorName,
  isOnLogits: boolean,
): Promise<void> {
  const input = await inputOf(record);
  const { layer, classIndex } = record;
  for (const ablation of ['zero', 'zero-kernel'] as const) {
    const expected = record.ablationCam[ablation];
    const options = {
      layer,
      classIndex,
      ablation,
      executor,
      backend: 'wasm',
      ablatedScores: true,
    } as const;
    const { explanations } = await ablationCam(model, input, options);
    const [explanation] = explanations;
    if (!explanation) throw new Error('there is no explanation');

    // The forward pass is in single precision; on logits of about 20 its error is some 1e-6 of a probability.
    assertClose(explanation.probabilities ?? [], record.probabilities, { absolute: 1e-5 }, 'probabilities');
    assertClose(
      explanation.ablatedScores ?? [],
      expected.ablatedScores.flat(),
      { absolute: 1e-5 },
      'ablated scores',
    );
    // A weight divides differences of such probabilities.
    assertClose(explanation.weights, expected.weights, { ofLargest: 1e-4 }, 'weights');
    if (expected.camSigned) {
      assertClose(explanation.mapSigned.data, expected.camSigned, { ofLargest: 1e-4 }, 'signed map');
    }
    const map = typeof expected.cam === 'string' ? await readMap(expected.cam) : expected.cam;
    assertClose(explanation.map.data, map, { ofLargest: 1e-4 }, 'map');
    if (map.every((value) => value === 0)) {
      assert.ok(
        explanation.map.data.every((value) => value === 0),
        'an all-negative map is exactly zero',
      );
      assert.match(explanation.warnings.join(), /no positive value/);
    }

    if (!isOnLogits) continue;
    const onLogits = await ablationCam(model, input, { ...options, score: 'logit' });
    const logit = explanation.logits[classIndex] ?? 0;
    // The reference divides by the signed logit, this project by its absolute value.
    const signed = expected.weightsLogit.map((weight) => weight * Math.sign(logit));
    assertClose(onLogits.explanations[0]?.weights ?? [], signed, { ofLargest: 1e-4 }, 'weights on logits');
  }
}

async function inputOf({ testIndex, image }: ReferenceRecord): Promise<InputArray> {
  if (image !== undefined) return readInput(path('reference', image), { shape: [224, 224, 3] });
  const { data } = decodeNpy(await readFile(path('data', 'mnist1d', 'x_test.npy')));
  const first = 40 * (testIndex ?? 0);
  return { data: Float32Array.from(data.subarray(first, first + 40), Number), shape: [40, 1] };
}

async function recordsOf(name: string, layer: string): Promise<readonly ReferenceRecord[]> {
  const text = await readFile(path('reference', `${name}.json`), 'utf8');
  return (JSON.parse(text) as readonly ReferenceRecord[]).filter((record) => record.layer === layer);
}

async function readMap(name: string): Promise<readonly number[]> {
  return Array.from(decodeNpy(await readFile(path('reference', name))).data, Number);
}

function path(...parts: readonly string[]): string {
  return join(material.path ?? '', ...parts);
}
