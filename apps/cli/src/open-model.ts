import {
  embeddedModel,
  embeddedModelNames,
  loadModel,
  type EmbeddedModelName,
  type LoadedModel,
} from '@ablation-cam/model';

/** @throws ModelError */
export async function openModel(name: string): Promise<LoadedModel> {
  return isEmbedded(name) ? embeddedModel(name) : loadModel(name);
}

export function isEmbedded(name: string): name is EmbeddedModelName {
  return (embeddedModelNames as readonly string[]).includes(name);
}
