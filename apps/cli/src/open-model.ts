import {
  embeddedModel,
  embeddedModelNames,
  loadModel,
  type EmbeddedModelName,
  type LoadedModel,
} from '@ablation-cam/model';

/** @throws ModelError; the signal's reason */
export async function openModel(name: string, signal?: AbortSignal): Promise<LoadedModel> {
  return isEmbedded(name) ? embeddedModel(name) : loadModel(name, { signal });
}

export function isEmbedded(name: string): name is EmbeddedModelName {
  return (embeddedModelNames as readonly string[]).includes(name);
}
