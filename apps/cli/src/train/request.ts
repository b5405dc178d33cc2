import type { LearningRate, OptimizerSettings, TrainingSettings } from '@ablation-cam/model';

export const DATA_NAMES = ['mnist1d', 'textures', 'tissue', 'hmt'] as const;
export const NETWORK_NAMES = ['convnet', 'vgg7', 'resnet', 'mobilenet'] as const;

export type DataName = (typeof DATA_NAMES)[number];
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** What a training was started with, in full; stored beside its checkpoints, so that resuming needs nothing else. */
export interface TrainRequest {
  readonly data: DataName;
  /** Folder of class folders, for `tissue` and `hmt`. */
  readonly folder: string | null;
  readonly network: NetworkName;
  /** Side of the images, in pixels. */
  readonly size: number;
  /** Generated images to train on, for `textures`. */
  readonly samples: number;
  readonly limit: number | null;
  readonly augment: boolean;
  readonly normalize: string | null;
  /** The network takes images from [0, 1] to [-1, 1] itself, for `vgg7`. */
  readonly rescale: boolean;
  readonly l2: number;
  readonly settings: TrainingSettings;
  readonly backend: 'auto' | 'webgpu' | 'wasm' | 'cpu';
}

/** The command line: what was not given is undefined and comes from the recipe of the data. */
export interface TrainFlags {
  readonly data?: string | undefined;
  readonly network?: NetworkName | undefined;
  readonly size?: number | undefined;
  readonly samples?: number | undefined;
  readonly limit?: number | undefined;
  readonly augment?: boolean | undefined;
  readonly rescale?: boolean | undefined;
  readonly normalize?: string | undefined;
  readonly epochs?: number | undefined;
  readonly batch?: number | undefined;
  readonly optimizer?: OptimizerSettings['kind'] | undefined;
  readonly momentum?: number | undefined;
  readonly weightDecay?: number | undefined;
  readonly lr?: number | undefined;
  readonly schedule?: 'constant' | 'report' | 'cosine' | undefined;
  readonly warmup?: number | undefined;
  readonly l2?: number | undefined;
  readonly validation?: number | undefined;
  readonly patience?: number | 'none' | undefined;
  readonly seed?: number | undefined;
  readonly backend?: TrainRequest['backend'] | undefined;
}

/** `options` over the recipe of `data`. */
export function completeRequest(data: DataName, options: TrainFlags, recipe: TrainingSettings): TrainRequest {
  const network = options.network ?? (data === 'mnist1d' ? 'convnet' : 'vgg7');
  const usual = USUAL[data];
  return {
    data,
    folder: options.data ?? null,
    network,
    size: options.size ?? usual.size,
    samples: options.samples ?? 2000,
    limit: options.limit ?? null,
    augment: options.augment ?? usual.augment,
    normalize: options.normalize ?? null,
    rescale: options.rescale ?? (usual.rescale && network === 'vgg7'),
    l2: options.l2 ?? usual.l2,
    settings: {
      optimizer: optimizerOf(options, recipe.optimizer),
      learningRate: learningRateOf(options, recipe.learningRate),
      epochs: options.epochs ?? recipe.epochs,
      batchSize: options.batch ?? recipe.batchSize,
      seed: options.seed ?? recipe.seed,
      validationFraction: options.validation ?? recipe.validationFraction,
      patience: options.patience === 'none' ? null : (options.patience ?? recipe.patience),
    },
    backend: options.backend ?? 'auto',
  };
}

/** What is usual for each of the data beside its recipe; signals have no size. */
const USUAL: Readonly<Record<DataName, Pick<TrainRequest, 'size' | 'augment' | 'rescale' | 'l2'>>> = {
  mnist1d: { size: 224, augment: false, rescale: false, l2: 5e-4 },
  textures: { size: 64, augment: false, rescale: true, l2: 0 },
  tissue: { size: 75, augment: true, rescale: true, l2: 0 },
  hmt: { size: 224, augment: true, rescale: false, l2: 5e-4 },
};

function optimizerOf(options: TrainFlags, recipe: OptimizerSettings): OptimizerSettings {
  const kind = options.optimizer ?? recipe.kind;
  if (kind === 'sgd') {
    return { kind, momentum: options.momentum ?? (recipe.kind === 'sgd' ? recipe.momentum : 0.9) };
  }
  const { beta1, beta2, epsilon } = recipe.kind === 'sgd' ? ADAM : recipe;
  if (kind === 'adam') return { kind, beta1, beta2, epsilon };
  const weightDecay = options.weightDecay ?? (recipe.kind === 'adamw' ? recipe.weightDecay : 0.01);
  return { kind, beta1, beta2, epsilon, weightDecay };
}

/** As in the paper, epsilon as in Keras. */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

function learningRateOf(options: TrainFlags, recipe: LearningRate): LearningRate {
  const rate = options.lr ?? recipe.rate;
  switch (options.schedule ?? SCHEDULES[recipe.kind]) {
    case 'constant':
      return { kind: 'constant', rate };
    case 'report':
      return { kind: 'decay', rate, factor: 0.5, every: 15 };
    case 'cosine':
      return {
        kind: 'cosine',
        rate,
        warmupEpochs: options.warmup ?? (recipe.kind === 'cosine' ? recipe.warmupEpochs : 1),
      };
  }
}

const SCHEDULES = { constant: 'constant', decay: 'report', cosine: 'cosine' } as const;
