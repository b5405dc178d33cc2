import type { TrainingSettings } from './options.ts';

/**
 * The settings that made the MNIST-1D weights in this package. The cosine schedule ends near zero, so the training runs
 * all its epochs; strong decoupled decay is what keeps 14,000 parameters from learning 4,000 signals by heart.
 */
export const mnist1dRecipe: TrainingSettings = {
  optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.2 },
  learningRate: { kind: 'cosine', rate: 6e-3, warmupEpochs: 3 },
  epochs: 60,
  batchSize: 64,
  seed: 1,
  validationFraction: 0.1,
  patience: null,
};

/**
 * The settings that made the textures weights in this package, with a `vgg7({ rescale: true, l2: 0 })`: an L2 penalty of
 * the report's 5e-4 keeps the network from ever leaving chance on these faint patterns.
 */
export const texturesRecipe: TrainingSettings = {
  optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.01 },
  learningRate: { kind: 'cosine', rate: 3e-3, warmupEpochs: 1 },
  epochs: 12,
  batchSize: 32,
  seed: 1,
  validationFraction: 0.1,
  patience: null,
};

/**
 * The settings that made the tissue weights in this package, with a `vgg7({ rescale: true, l2: 0 })` on images of 75 x 75
 * pixels, turned and mirrored (`augment`).
 */
export const tissueRecipe: TrainingSettings = {
  ...texturesRecipe,
  learningRate: { kind: 'cosine', rate: 2e-3, warmupEpochs: 1 },
  epochs: 20,
};
