import {
  array,
  literal,
  minValue,
  nullable,
  number,
  object,
  picklist,
  pipe,
  safeInteger,
  transform,
  variant,
  type GenericSchema,
} from 'valibot';
import type { EpochRecord } from './history.ts';
import type { TrainingSettings } from './options.ts';
import type { TrainingState } from './training-state.ts';

const count = pipe(number(), safeInteger(), minValue(0));
const positive = pipe(number(), safeInteger(), minValue(1));

/** JSON has no NaN, the loss of a training that has diverged: it is written as null. */
const measured = pipe(
  nullable(number()),
  transform((value) => value ?? NaN),
);

const adam = { beta1: number(), beta2: number(), epsilon: number() };

/** Settings of a training in a file; whether their values make sense is for `checkTrainingSettings`. */
export const trainingSettingsSchema = object({
  optimizer: variant('kind', [
    object({ kind: literal('sgd'), momentum: number() }),
    object({ kind: literal('adam'), ...adam }),
    object({ kind: literal('adamw'), ...adam, weightDecay: number() }),
  ]),
  learningRate: variant('kind', [
    object({ kind: literal('constant'), rate: number() }),
    object({ kind: literal('decay'), rate: number(), factor: number(), every: number() }),
    object({ kind: literal('cosine'), rate: number(), warmupEpochs: number() }),
  ]),
  epochs: positive,
  batchSize: positive,
  seed: count,
  validationFraction: number(),
  patience: nullable(positive),
}) satisfies GenericSchema<unknown, TrainingSettings>;

const epochRecordSchema = object({
  epoch: positive,
  learningRate: number(),
  loss: measured,
  accuracy: number(),
  validationLoss: nullable(number()),
  validationAccuracy: nullable(number()),
}) satisfies GenericSchema<unknown, EpochRecord>;

/** What a checkpoint holds beside its tensors. */
export const trainingStateSchema = object({
  settings: trainingSettingsSchema,
  sampleCount: count,
  epoch: count,
  batch: count,
  sums: object({ loss: measured, correct: number(), samples: count }),
  history: array(epochRecordSchema),
  best: nullable(object({ epoch: positive, validationLoss: nullable(number()) })),
  ended: nullable(picklist(['epochs', 'early-stopping'])),
}) satisfies GenericSchema<unknown, Omit<TrainingState, 'weights' | 'slots' | 'bestWeights'>>;
