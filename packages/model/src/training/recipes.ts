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

/** The settings that made the textures weights in this package; the textures are clean, so little decay will do. */
export const texturesRecipe: TrainingSettings = {
  optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.05 },
  learningRate: { kind: 'cosine', rate: 3e-3, warmupEpochs: 1 },
  epochs: 14,
  batchSize: 32,
  seed: 1,
  validationFraction: 0.1,
  patience: null,
};
