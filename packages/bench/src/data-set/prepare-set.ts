import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel, readInput, saveModel, type LoadedModel } from '@ablation-cam/model';
import type { DataSetCase } from './data-set-case.ts';

/** A set in a folder of its own, with its model. */
export interface PreparedSet {
  readonly loaded: LoadedModel;
  /** The folder of the pictures. */
  readonly pictures: string;
  /** The folder of the model. */
  readonly model: string;
  /** A place for a result that is not there yet. */
  newResult(): string;
  /** A batch of the first inputs as the network takes them, `[count, ...shape]`. */
  batch(count: number): Promise<{ readonly data: Float32Array; readonly shape: readonly number[] }>;
  dispose(): Promise<void>;
}

/** Writes pictures and model of a set, on TensorFlow.js's current backend. The caller disposes of it. */
export async function prepareSet({ samples, picture, ending, network }: DataSetCase): Promise<PreparedSet> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-set-'));
  const [pictures, model] = [join(folder, 'pictures'), join(folder, 'model')];
  await mkdir(pictures);
  const names = Array.from({ length: samples }, (_, i) => `${String(i).padStart(6, '0')}.${ending}`);
  for (const [index, name] of names.entries()) {
    await writeFile(join(pictures, name), await picture(index));
  }
  const built = network();
  await saveModel(built, model);
  built.dispose();
  const loaded = await loadModel(model);
  const shape = loaded.network.inputs[0]?.shape ?? [];
  let results = 0;
  return {
    loaded,
    pictures,
    model,
    newResult: () => join(folder, `result-${results++}.zarr`),
    batch: async (count) => {
      const inputs = await Promise.all(
        names.slice(0, count).map((name) => readInput(join(pictures, name), { shape })),
      );
      const length = inputs[0]?.data.length ?? 0;
      const data = new Float32Array(inputs.length * length);
      inputs.forEach((input, i) => {
        data.set(input.data, i * length);
      });
      return { data, shape: [inputs.length, ...(inputs[0]?.shape ?? [])] };
    },
    dispose: async () => {
      loaded.dispose();
      await rm(folder, { recursive: true });
    },
  };
}
