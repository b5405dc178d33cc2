import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeNpy, loadLayersModel, readInput } from '@ablation-cam/model';
import { shared } from '@ablation-cam/tools/testing';
import type { InputArray } from '../../src/index.ts';

/** The numbers that independent implementations gave; not part of this repository. */
export const { missing, path: folder } = shared();

/** What every record of a study has: numbers about one layer, input and class. */
export interface ReferenceRecord {
  readonly layer: string;
  readonly classIndex: number;
  /** MNIST-1D: index into the test set. */
  readonly testIndex?: number;
  /** HMT: a PNG of the model's size. */
  readonly image?: string;
}

const MODELS = { mnist1d: 'MNIST1D.h5', hmt: 'HMT.h5' } as const;

export type StudyName = keyof typeof MODELS;

export type ReferenceModel = Awaited<ReturnType<typeof loadLayersModel>>['model'];

/** The model of a study; the caller disposes of it. */
export async function referenceModel(study: StudyName): Promise<ReferenceModel> {
  return (await loadLayersModel(pathOf('models', MODELS[study]))).model;
}

/** @param layer only the records of this layer */
export async function recordsOf<R extends ReferenceRecord>(
  study: StudyName,
  layer?: string,
): Promise<readonly R[]> {
  const all = JSON.parse(await readFile(pathOf('reference', `${study}.json`), 'utf8')) as readonly R[];
  return all.filter((record) => layer === undefined || record.layer === layer);
}

/** Names the input of a record: records of one input have the same. */
export function inputName({ image, testIndex }: ReferenceRecord): string {
  return image ?? `mnist1d:${String(testIndex)}`;
}

/** The input of a record, `[...shape]`. */
export async function inputOf({ image, testIndex = 0 }: ReferenceRecord): Promise<InputArray> {
  if (image !== undefined) return readInput(pathOf('reference', image), { shape: [224, 224, 3] });
  const { data } = decodeNpy(await readFile(pathOf('data', 'mnist1d', 'x_test.npy')));
  return {
    data: Float32Array.from(data.subarray(40 * testIndex, 40 * (testIndex + 1)), Number),
    shape: [40, 1],
  };
}

/** The inputs of records, each once, in one batch; `indexOf` tells where in it the input of a record is. */
export async function batchOf(
  records: readonly ReferenceRecord[],
): Promise<{ batch: InputArray; indexOf: (record: ReferenceRecord) => number }> {
  const unique = new Map(records.map((record) => [inputName(record), record]));
  const inputs = await Promise.all([...unique.values()].map(inputOf));
  const names = [...unique.keys()];
  return {
    batch: {
      shape: [inputs.length, ...inputs[0]!.shape],
      data: Float32Array.from(inputs.flatMap(({ data }) => [...data])),
    },
    indexOf: (record) => names.indexOf(inputName(record)),
  };
}

/** Values that a record holds, or the file has that it names. */
export async function valuesOf(values: readonly number[] | string): Promise<ArrayLike<number>> {
  if (typeof values !== 'string') return values;
  return Float64Array.from(decodeNpy(await readFile(pathOf('reference', values))).data, Number);
}

function pathOf(...parts: readonly string[]): string {
  return join(folder ?? '', ...parts);
}
