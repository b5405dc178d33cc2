import {
  embeddedModel,
  embeddedModelNames,
  loadLayersModel,
  loadModel,
  type EmbeddedModelName,
  type LoadedLayersModel,
  type LoadedModel,
} from '@ablation-cam/model';

/** @throws ModelError */
export async function openModel(name: string): Promise<LoadedModel> {
  return isEmbedded(name) ? embeddedModel(name) : loadModel(name);
}

/** A model that can be evaluated. @throws ModelError for one of another kind as well */
export async function openLayersModel(name: string): Promise<LoadedLayersModel> {
  return isEmbedded(name) ? embeddedModel(name) : loadLayersModel(name);
}

export function isEmbedded(name: string): name is EmbeddedModelName {
  return (embeddedModelNames as readonly string[]).includes(name);
}
