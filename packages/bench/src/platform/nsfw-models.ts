import type { NamedFile } from '@ablation-cam/model';

/** A network of the npm package `nsfwjs` whose layers can be loaded. */
export type NsfwModelName = 'MobileNetV2' | 'InceptionV3';

/** One that the package has as a GraphModel. */
export type NsfwGraphModelName = 'MobileNetV2Mid';

/** What the package tells of a network: functions that import its parts. */
interface NsfwModel {
  readonly modelJson: () => Promise<{ default: unknown }>;
  readonly weightBundles: readonly (() => Promise<{ default: string }>)[];
}

/** The files of a network, as they were before the package wrapped them in modules; null where it is not installed. */
export async function nsfwModelFiles(name: NsfwModelName | NsfwGraphModelName): Promise<NamedFile[] | null> {
  const found = await importModel(name).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  });
  if (!found) return null;
  const { modelJson, weightBundles } = found;
  const description = new TextEncoder().encode(JSON.stringify((await modelJson()).default));
  const weights = weightBundles.map(async (load, i) => ({
    name: `group1-shard${String(i + 1)}of${String(weightBundles.length)}`,
    bytes: new Uint8Array(Buffer.from((await load()).default, 'base64')),
  }));
  return [{ name: 'model.json', bytes: description }, ...(await Promise.all(weights))];
}

async function importModel(name: NsfwModelName | NsfwGraphModelName): Promise<NsfwModel> {
  switch (name) {
    case 'MobileNetV2':
      return (await import('nsfwjs/models/mobilenet_v2')).MobileNetV2Model;
    case 'MobileNetV2Mid':
      return (await import('nsfwjs/models/mobilenet_v2_mid')).MobileNetV2MidModel;
    case 'InceptionV3':
      return (await import('nsfwjs/models/inception_v3')).InceptionV3Model;
  }
}
