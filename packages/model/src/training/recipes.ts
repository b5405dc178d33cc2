import type { TrainingSettings } from './options.ts';

/**
 * The settings that made the weights in this package. The cosine schedule ends near zero, so these trainings run all
 * their epochs; strong decoupled decay is what keeps 14,000 parameters from learning 4,000 signals by heart.
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
