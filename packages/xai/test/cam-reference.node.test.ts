import { assertClose, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, releaseDevice, type Explanation } from '../src/index.ts';
import { dropAndIncrease, faithfulness, type DropIncrease } from '../src/metrics.ts';
import {
  batchOf,
  inputName,
  missing,
  recordsOf,
  referenceModel,
  valuesOf,
  type ReferenceModel,
  type ReferenceRecord,
} from './support/reference.ts';

/** Expected numbers, computed in float64 with PyTorch. */
interface CamRecord extends ReferenceRecord {
  readonly ablationCam: { readonly zero: ExpectedMap };
  readonly gradCam: ExpectedMap;
  readonly gradCamPlusPlus: ExpectedMap;
  readonly faithfulness: Readonly<Record<'ablationCam' | 'gradCam' | 'gradCamPlusPlus', ExpectedDrop>>;
}

interface ExpectedMap {
  readonly weights: readonly number[];
  /** The map's values, or the name of a file with them. */
  readonly cam: readonly number[] | string;
}

type ExpectedDrop = DropIncrease & { readonly frac: number };

/** A float32 forward pass and backward pass through three to five layers. */
const GRADIENT = { ofLargest: 1e-4 };
/** Grad-CAM++ divides a square of gradients by a sum of squares and cubes: relative errors add up. */
const PLUS_PLUS = { ofLargest: 2e-4 };
/** A threshold on a map: a position whose value lies at it within rounding may be kept or not. */
const THRESHOLD = { absolute: 1e-3 };
/** A float32 forward pass. */
const PROBABILITY = { absolute: 1e-5 };

const METHODS = [
  { key: 'ablationCam', method: 'ablation-cam', tolerance: GRADIENT },
  { key: 'gradCam', method: 'grad-cam', tolerance: GRADIENT },
  { key: 'gradCamPlusPlus', method: 'grad-cam++', tolerance: PLUS_PLUS },
] as const;

/** MNIST-1D has records of several classes of one signal, HMT of the predicted class of each image. */
const STUDIES = [
  { study: 'mnist1d', classIndex: 'all', layers: { conv1d: 10, conv1d_1: 10, conv1d_2: 30 } },
  { study: 'hmt', classIndex: 'predicted', layers: { conv2d_2: 8, conv2d_3: 8 } },
] as const;

const test = suite('CAMs and how faithful they are, against an independent implementation');
const reference = skipIf(test, missing);

test.after(async () => {
  await releaseDevice();
});

for (const { study, classIndex, layers } of STUDIES) {
  const opened: { model?: ReferenceModel } = {};
  const measured: DropIncrease[] = [];

  for (const [layer, count] of Object.entries(layers)) {
    for (const { key, method, tolerance } of METHODS) {
      reference(
        `${method} of ${study} at ${layer}: weights, maps, drop and increase of ${count} records`,
        async () => {
          const model = (opened.model ??= await referenceModel(study));
          const records = await recordsOf<CamRecord>(study, layer);
          assert.is(records.length, count);
          const { batch, indexOf } = await batchOf(records);
          const { explanations } = await explain(model, batch, { method, layer, classIndex });
          const own = records.map((record) =>
            explanationOf(explanations, indexOf(record), record.classIndex),
          );
          for (const [n, record] of records.entries()) {
            const expected = key === 'ablationCam' ? record.ablationCam.zero : record[key];
            assertClose(own[n]!.weights!, expected.weights, tolerance, `weights, ${nameOf(record)}`);
            assertClose(own[n]!.map.data, await valuesOf(expected.cam), tolerance, `map, ${nameOf(record)}`);
          }

          const fraction = records[0]!.faithfulness[key].frac;
          const found = await dropAndIncrease(model, batch, own, {
            protocol: { kind: 'top-fraction', fraction },
          });
          for (const [n, record] of records.entries()) {
            const expected = record.faithfulness[key];
            const { score, maskedScore, drop, increase, kept } = found[n]!;
            assertClose([score], [expected.score], PROBABILITY, `score, ${nameOf(record)}`);
            assertClose(
              [maskedScore, drop],
              [expected.maskedScore, expected.drop],
              THRESHOLD,
              `masked score and drop, ${nameOf(record)}`,
            );
            assert.is(increase, expected.increase, `increase, ${nameOf(record)}`);
            assert.is(kept, expected.kept, `kept, ${nameOf(record)}`);
          }
          measured.push(...found);
        },
      );
    }
  }

  reference(`the averages over all maps of ${study} fit together`, () => {
    opened.model?.dispose();
    assert.is(measured.length, 3 * Object.values(layers).reduce((sum, count) => sum + count, 0));
    const { averageDrop, averageIncrease } = faithfulness(measured, 'probability');
    assert.ok(averageDrop.mean <= 1 - averageIncrease.mean);
    assert.ok(averageDrop.low <= averageDrop.mean && averageDrop.mean <= averageDrop.high);
  });
}

test.run();

function explanationOf(
  explanations: readonly Explanation[],
  inputIndex: number,
  classIndex: number,
): Explanation {
  const found = explanations.find((one) => one.inputIndex === inputIndex && one.classIndex === classIndex);
  if (!found)
    throw new Error(`input ${String(inputIndex)} has no explanation of class ${String(classIndex)}`);
  return found;
}

function nameOf(record: ReferenceRecord): string {
  return `class ${String(record.classIndex)} of ${inputName(record)}`;
}
