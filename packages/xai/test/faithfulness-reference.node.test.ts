import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel, readInput } from '@ablation-cam/model';
import { assertClose, shared, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dropAndIncrease, explain, faithfulness, type DropIncrease } from '../src/index.ts';

interface Reference {
  readonly layer: string;
  readonly classIndex: number;
  readonly testIndex?: number;
  readonly image?: string;
  readonly faithfulness: Readonly<Record<keyof typeof METHODS, Expected>>;
}

type Expected = DropIncrease & { readonly frac: number; readonly maskedScore: number; readonly kept: number };

const METHODS = { ablationCam: 'ablation-cam', gradCam: 'grad-cam', gradCamPlusPlus: 'grad-cam++' } as const;

/** A threshold on a map: a position whose value lies at it within rounding may be kept or not. */
const THRESHOLD = { absolute: 1e-3 };
/** A float32 forward pass. */
const PROBABILITY = { absolute: 1e-5 };

const test = suite('drop and increase against an independent implementation');
const { path, missing } = shared();
const folder = path ?? '';

skipIf(test, missing)('MNIST-1D: every record, maps of three methods', async () => {
  const samples = await check('MNIST1D.h5', 'mnist1d.json', 'all');
  assert.ok(samples.length >= 90);
  for (const { averageDrop, averageIncrease } of [faithfulness(samples, 'probability')]) {
    assert.ok(averageDrop.mean <= 1 - averageIncrease.mean);
    assert.ok(averageDrop.low <= averageDrop.mean && averageDrop.mean <= averageDrop.high);
  }
});

skipIf(test, missing)('HMT: every record of the last layer, maps of three methods', async () => {
  assert.is((await check('HMT.h5', 'hmt.json', 'conv2d_3')).length, 24);
});

async function check(modelFile: string, file: string, layer: string): Promise<DropIncrease[]> {
  const { model } = await loadModel(join(folder, 'models', modelFile));
  const text = await readFile(join(folder, 'reference', file), 'utf8');
  const samples: DropIncrease[] = [];
  for (const record of JSON.parse(text) as readonly Reference[]) {
    if (layer !== 'all' && record.layer !== layer) continue;
    const input = await (record.image === undefined
      ? readInput(`mnist1d:${String(record.testIndex)}`, { shape: [40, 1] })
      : readInput(join(folder, 'reference', record.image), { shape: [224, 224, 3] }));
    for (const [key, method] of Object.entries(METHODS)) {
      const expected = record.faithfulness[key as keyof typeof METHODS];
      const { explanations } = await explain(model, input, {
        method,
        layer: record.layer,
        classIndex: record.classIndex,
        ...(method === 'ablation-cam' && { strategy: 'naive' }),
      });
      const [found] = await dropAndIncrease(model, input, explanations, {
        protocol: { kind: 'top-fraction', fraction: expected.frac },
      });
      const what = `${method}, ${record.layer} of ${String(record.image ?? record.testIndex)}`;
      assertClose([found!.score], [expected.score], PROBABILITY, `score, ${what}`);
      assertClose(
        [found!.maskedScore, found!.drop],
        [expected.maskedScore, expected.drop],
        THRESHOLD,
        `masked score and drop, ${what}`,
      );
      assert.is(found!.increase, expected.increase, `increase, ${what}`);
      assert.is(found!.kept, expected.kept, `kept, ${what}`);
      samples.push(found!);
    }
  }
  model.dispose();
  return samples;
}

test.run();
