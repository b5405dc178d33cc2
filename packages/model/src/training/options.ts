import { ModelError } from '../errors.ts';
import { reportLearningRate, type LearningRate } from './learning-rate.ts';
import type { OptimizerSettings } from './optimizer.ts';

/** What determines the outcome of a training, with the data and the initial weights; stored in checkpoints. */
export interface TrainingSettings {
  readonly optimizer: OptimizerSettings;
  readonly learningRate: LearningRate;
  readonly epochs: number;
  readonly batchSize: number;
  /** Seeds the validation split and the order of the samples in each epoch. */
  readonly seed: number;
  /** Part of the training data held out to choose the best weights, in [0, 1); 0 keeps the last weights. */
  readonly validationFraction: number;
  /** Epochs without a lower validation loss before training stops; `null` never stops early. */
  readonly patience: number | null;
}

/** The recipe of the report: SGD, its learning-rate schedule, patience 8. */
export const defaultTrainingSettings: TrainingSettings = {
  optimizer: { kind: 'sgd', momentum: 0.9 },
  learningRate: reportLearningRate,
  epochs: 40,
  batchSize: 32,
  seed: 1,
  validationFraction: 0.1,
  patience: 8,
};

/** @throws ModelError `invalid-option`, naming the option, what it must be and what came. */
export function checkTrainingSettings(settings: TrainingSettings): void {
  const { optimizer, learningRate, validationFraction, patience } = settings;
  for (const name of ['epochs', 'batchSize'] as const) {
    require(isCount(settings[name]), name, 'a positive integer', settings[name]);
  }
  const { seed } = settings;
  require(Number.isInteger(seed) &&
    seed >= 0 &&
    seed < 2 ** 32, 'seed', 'an integer in [0, 4294967295]', seed);
  const isFraction = validationFraction >= 0 && validationFraction < 1;
  require(isFraction, 'validationFraction', 'a number of at least 0 and below 1', validationFraction);
  require(patience === null || isCount(patience), 'patience', 'a positive integer or null', patience);
  const { rate } = learningRate;
  require(Number.isFinite(rate) && rate > 0, 'learningRate.rate', 'a positive number', rate);
  if (learningRate.kind === 'decay') {
    const { factor, every } = learningRate;
    require(factor > 0 && factor <= 1, 'learningRate.factor', 'a number in (0, 1]', factor);
    require(every > 0, 'learningRate.every', 'a positive number of epochs', every);
  }
  if (learningRate.kind === 'cosine') {
    const { warmupEpochs } = learningRate;
    require(warmupEpochs >= 0, 'learningRate.warmupEpochs', 'a number of at least 0', warmupEpochs);
  }
  if (optimizer.kind === 'sgd') {
    const { momentum } = optimizer;
    require(momentum >= 0 && momentum < 1, 'optimizer.momentum', 'a number in [0, 1)', momentum);
    return;
  }
  for (const name of ['beta1', 'beta2'] as const) {
    const beta = optimizer[name];
    require(beta >= 0 && beta < 1, `optimizer.${name}`, 'a number in [0, 1)', beta);
  }
  require(optimizer.epsilon > 0, 'optimizer.epsilon', 'a positive number', optimizer.epsilon);
  if (optimizer.kind === 'adamw') {
    const { weightDecay } = optimizer;
    require(weightDecay >= 0, 'optimizer.weightDecay', 'a number of at least 0', weightDecay);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function require(valid: boolean, name: string, expected: string, got: unknown): void {
  if (valid) return;
  throw new ModelError(
    'invalid-option',
    `Training: ${name} must be ${expected}; got ${JSON.stringify(got)}.`,
  );
}
