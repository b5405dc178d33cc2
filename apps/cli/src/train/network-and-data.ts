import {
  augment,
  convNet1d,
  limitDataSet,
  mnist1dDataSets,
  openImageFolder,
  smallMobileNet,
  smallResNet,
  texturesDataSets,
  vgg7,
  type DataSet,
} from '@ablation-cam/model';
import { parseNormalization } from '../arguments/normalization.ts';
import { CliError } from '../errors.ts';
import { startProgress } from '../progress.ts';
import type { TrainRequest } from './request.ts';

type Network = ReturnType<typeof vgg7>;

/** The training data of a request; test data stay closed. @throws CliError, ModelError */
export async function openTrainingData(request: TrainRequest, signal: AbortSignal): Promise<DataSet> {
  const { data, folder, limit, settings } = request;
  if (data === 'hmt' || data === 'tissue') {
    if (folder === null) {
      throw new CliError('Say where the images are: --data with a folder of class folders.');
    }
    const images = await openFolder(folder, request, signal);
    return request.augment ? augment(images, settings.seed) : images;
  }
  if (folder !== null) throw new CliError(`${data} is generated here and takes no --data folder.`);
  if (request.normalize !== null)
    throw new CliError(`--normalize scales image files; ${data} is used as it is.`);
  const generated =
    data === 'mnist1d'
      ? mnist1dDataSets().train
      : // Some test images are drawn as well, but never looked at here.
        texturesDataSets({ trainSamples: request.samples, testSamples: 8, size: request.size }).train;
  const chosen = limit === null ? generated : limitDataSet(generated, limit);
  if (!request.augment) return chosen;
  if (data === 'mnist1d') throw new CliError('--augment turns and mirrors images; MNIST-1D has none.');
  return augment(chosen, settings.seed);
}

async function openFolder(folder: string, request: TrainRequest, signal: AbortSignal): Promise<DataSet> {
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    return await openImageFolder(folder, {
      inputShape: [request.size, request.size, 3],
      normalize: parseNormalization(request.normalize ?? undefined),
      limit: request.limit ?? undefined,
      signal,
      onProgress: ({ checked, total }) => {
        progress ??= startProgress({ label: 'checking images', total });
        progress.update(checked);
      },
    });
  } finally {
    progress?.stop();
  }
}

/** The untrained network of a request, its initial weights drawn from the seed; the caller disposes of it. */
export function buildNetwork({ network, l2, rescale, settings }: TrainRequest, data: DataSet): Network {
  const [height = 0, width = 0, channels = 0] = data.inputShape;
  const isSignal = data.inputShape.length === 2;
  if (isSignal !== (network === 'convnet')) {
    throw new CliError(
      isSignal
        ? 'Signals need the network convnet; the others take images.'
        : 'The network convnet takes signals; choose vgg7, resnet or mobilenet for images.',
    );
  }
  if (rescale && network !== 'vgg7') throw new CliError('--rescale is an option of the network vgg7.');
  const options = { classes: data.classNames.length, l2, seed: settings.seed };
  const images = { ...options, inputShape: [height, width, channels] as const };
  switch (network) {
    case 'convnet':
      return convNet1d({ ...options, length: height });
    case 'vgg7':
      return vgg7({ ...images, rescale });
    case 'resnet':
      return smallResNet(images);
    case 'mobilenet':
      return smallMobileNet(images);
  }
}
