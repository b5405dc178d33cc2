import { readInput, type ModelInput } from '@ablation-cam/model';
import { ablationCam } from '@ablation-cam/xai';
import type { Params } from '../protocol/calls.ts';
import type { GalleryItem } from '../protocol/descriptions.ts';
import type { AnswerContext } from './answer.ts';

/** Test samples of a built-in model's data set with the classes it predicts, all in one call. */
export async function galleryOf(
  { model, first, count }: Params<'gallery'>,
  { workspace, signal }: AnswerContext,
): Promise<GalleryItem[]> {
  const { loaded, description } = await workspace.model(model);
  const samples: ModelInput[] = [];
  for (let index = first; index < first + count; index++) {
    samples.push(await readInput(`${model.id}:${index}`, { shape: description.inputShape }));
  }
  const [{ shape, data: { length } } = { shape: [], data: [] }] = samples;
  const batch = new Float32Array(samples.length * length);
  samples.forEach(({ data }, index) => {
    batch.set(data, index * length);
  });
  const { explanations } = await ablationCam(
    loaded.network,
    { data: batch, shape: [samples.length, ...shape] },
    { signal },
  );
  return samples.map(({ name, data, label, original }, index) => ({
    id: name,
    label: label ?? -1,
    predicted: explanations[index]?.classIndex ?? -1,
    signal: original ? null : data,
    image: original ?? null,
  }));
}
