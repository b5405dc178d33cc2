import {
  embeddedModelNames,
  mnist1dClassNames,
  readClassNames,
  readInput,
  resolveOutput,
  useBackend,
  type LoadedModel,
  type ModelInput,
} from '@ablation-cam/model';
import { parseNormalization } from '../arguments/normalization.ts';
import { CliError } from '../errors.ts';
import { checkOutput } from './chosen-output.ts';
import { isEmbedded, openModel } from '../open-model.ts';
import { pictureScale, type PictureScale } from '../picture-scale.ts';
import type { ExplainRequest } from './request.ts';

/** The model and the input that an explanation is about. */
export interface OpenedInput {
  readonly loaded: LoadedModel;
  readonly input: ModelInput;
  /** The output that was chosen; null where there is only one. */
  readonly output: string | null;
  /** Empty where no names are known. */
  readonly classNames: readonly string[];
  /** How the picture was scaled; null where the input is none. */
  readonly scale: PictureScale | null;
}

/**
 * The embedded model of the test set that the input is from; without one, that of MNIST-1D. Where nothing is run there is no input,
 * and what was given is the model.
 */
export function defaultModel(input: string | undefined, isRun: boolean): string {
  const embedded = embeddedModelNames.find((name) => input?.startsWith(`${name}:`));
  return embedded ?? (isRun ? undefined : input) ?? 'mnist1d';
}

/** @throws CliError, ModelError; the signal's reason */
export async function openInput(request: ExplainRequest, signal: AbortSignal): Promise<OpenedInput> {
  const source = request.input ?? (isEmbedded(request.model) ? `${request.model}:0` : undefined);
  if (source === undefined) {
    throw new CliError(
      `Say which input to explain with ${request.model}: an image, a .npy array, mnist1d:<index>, textures:<index> or tissue:<index>.`,
    );
  }
  const { loaded, classNames } = await openExplained(request, signal);
  try {
    const scale = pictureScale(request.normalize, loaded.metadata);
    const input = await readInput(source, {
      shape: loaded.network.inputs[0]?.shape ?? [],
      normalize: parseNormalization(request.normalize),
      described: loaded.metadata.input,
      maxPixels: request.maxPixels,
      signal,
    });
    const output = loaded.network.outputs.length > 1 ? (request.output ?? null) : null;
    return { loaded, input, output, classNames, scale: input.original ? scale : null };
  } catch (error) {
    loaded.dispose();
    throw error;
  }
}

/**
 * Loads a model whose one output is explained from its one input.
 *
 * @throws CliError for a model with several inputs, and where the output is not said; ModelError
 */
export async function openExplained(
  request: Pick<ExplainRequest, 'model' | 'output' | 'labels' | 'normalize'>,
  signal: AbortSignal,
): Promise<Pick<OpenedInput, 'loaded' | 'classNames'>> {
  parseNormalization(request.normalize);
  // Where the weights are first is of no matter: they move to the backend that uses them.
  await useBackend('auto');
  const loaded = await openModel(request.model, signal);
  try {
    const inputs = loaded.network.inputs.length;
    if (inputs !== 1) {
      throw new CliError(
        `${request.model} has ${String(inputs)} inputs; this command explains models with one. ` +
          'Call ablationCam() of @ablation-cam/xai for others.',
      );
    }
    checkOutput(loaded.network, request.output, request.model);
    return { loaded, classNames: await namesOf(request, loaded) };
  } catch (error) {
    loaded.dispose();
    throw error;
  }
}

/** Names of the classes of the output that is explained. */
async function namesOf(
  { labels, model, output }: Pick<ExplainRequest, 'labels' | 'model' | 'output'>,
  loaded: LoadedModel,
): Promise<readonly string[]> {
  const { network } = loaded;
  const units = network.outputs[resolveOutput(network, output)]?.shape.at(-1) ?? undefined;
  const classes = units === 1 ? 2 : units;
  if (labels !== undefined) return readClassNames(labels, classes);
  const names = loaded.metadata.classNames ?? (model === 'mnist1d' ? mnist1dClassNames : []);
  // A model with several outputs does not say which of them its names are for.
  return network.outputs.length === 1 || names.length === classes ? names : [];
}
