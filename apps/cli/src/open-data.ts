import {
  limitDataSet,
  mnist1dDataSets,
  openImageFolder,
  readClassNames,
  texturesDataSets,
  tissueDataSet,
  type DataSet,
  type LoadedModel,
} from '@ablation-cam/model';
import { CliError } from './errors.ts';
import { pictureScale, type PictureScale } from './picture-scale.ts';
import { print } from './print.ts';
import { startProgress } from './progress.ts';

/** What says which labelled data a command reads. */
export interface DataRequest {
  readonly model: string;
  readonly data?: string | undefined;
  readonly limit?: number | undefined;
  readonly normalize?: string | undefined;
  readonly labels?: string | undefined;
  readonly json?: true | undefined;
}

/** The test sets that are generated here or come along, by name. */
const ownTestSets: Readonly<Record<string, () => DataSet>> = {
  mnist1d: () => mnist1dDataSets().test,
  // The training images take time and are not looked at.
  textures: () => texturesDataSets({ trainSamples: 1 }).test,
  tissue: tissueDataSet,
};

/**
 * What a model is evaluated on: the data that were named, else those of the embedded model's own name.
 *
 * @throws CliError where neither is there
 */
export function dataName({ model, data }: DataRequest): string {
  if (data !== undefined) return data;
  if (isOwnTestSet(model)) return model;
  throw new CliError(
    `Say what to evaluate ${model} on: --data with a folder of class folders, or ${Object.keys(ownTestSets).join(' or ')}.`,
  );
}

/** Whether it is the name of a test set that is generated here or comes along. */
export function isOwnTestSet(name: string): boolean {
  return Object.hasOwn(ownTestSets, name);
}

/**
 * The data a model is evaluated on: a test set of our own, or a folder of class folders, whose images are resized to what
 * the model takes.
 *
 * @throws CliError, ModelError
 */
export async function openEvaluationData(
  request: DataRequest,
  loaded: LoadedModel,
  signal: AbortSignal,
): Promise<DataSet> {
  const name = dataName(request);
  const classNames = await modelClassNames(request, loaded);
  const make = isOwnTestSet(name) ? ownTestSets[name] : undefined;
  if (make !== undefined) {
    if (request.normalize !== undefined) {
      throw new CliError(`--normalize scales images; ${name} is used as it is.`);
    }
    const data = make();
    requireSameClasses(request.model, classNames, data);
    return request.limit === undefined ? data : limitDataSet(data, request.limit);
  }
  return openFolder(
    name,
    request,
    imageShape(request.model, name, loaded.network.inputs[0]?.shape),
    classNames,
    pictureScale(request.normalize, loaded.metadata),
    signal,
  );
}

/** The names in the order of the model's outputs, where they are known. */
async function modelClassNames(
  { labels }: DataRequest,
  { network, metadata }: LoadedModel,
): Promise<readonly string[] | undefined> {
  if (labels === undefined) return metadata.classNames;
  const units = network.outputs[0]?.shape.at(-1) ?? undefined;
  return readClassNames(labels, units === 1 ? 2 : units);
}

function requireSameClasses(model: string, names: readonly string[] | undefined, data: DataSet): void {
  const different = names?.find((name, k) => name !== data.classNames[k]);
  if (different === undefined) return;
  throw new CliError(
    `The classes of ${model} (${names?.join(', ') ?? ''}) are not those of ${data.name} (${data.classNames.join(', ')}).`,
  );
}

async function openFolder(
  folder: string,
  { limit, json }: DataRequest,
  inputShape: readonly [number, number, number],
  classNames: readonly string[] | undefined,
  scale: PictureScale,
  signal: AbortSignal,
): Promise<DataSet> {
  if (json !== true) print(`pictures   ${scale.said}`);
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    return await openImageFolder(folder, {
      inputShape,
      normalize: scale.normalize,
      classNames,
      limit,
      signal,
      onProgress: ({ checked, total }) => {
        progress ??= startProgress({ label: 'checking images', total, silent: json === true });
        progress.update(checked);
      },
    });
  } finally {
    progress?.stop();
  }
}

function imageShape(
  model: string,
  folder: string,
  shape: readonly (number | null)[] | undefined,
): [number, number, number] {
  const [height, width, channels] = shape ?? [];
  if (shape?.length === 3 && height && width && channels) return [height, width, channels];
  throw new CliError(
    `${model} takes inputs of shape [${(shape ?? []).map((size) => size ?? 'any').join(', ')}], ` +
      `and ${folder} is a folder of images; these need a model with inputs [height, width, channels].`,
  );
}
