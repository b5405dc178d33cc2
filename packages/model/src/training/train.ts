import type * as tf from '@tensorflow/tfjs';
import { memoryError } from '@ablation-cam/kernels';
import { writeFileWhole } from '#platform';
import type { DataSet } from '../data/data-set.ts';
import { ModelError } from '../errors.ts';
import { checkSchema } from '../files/check-schema.ts';
import { sealedJson } from '../files/checksum.ts';
import { saveModel } from '../files/save-model.ts';
import { checkTrainable } from './check-trainable.ts';
import type { EpochRecord } from './history.ts';
import { checkTrainingSettings, defaultTrainingSettings, type TrainingSettings } from './options.ts';
import { TrainingRun } from './training-run.ts';
import { trainingSettingsSchema } from './training-schema.ts';
import {
  loadTrainingState,
  saveTrainingState,
  trainingStatus,
  type TrainingEnd,
  type TrainingState,
} from './training-state.ts';

/** How `train` trains; settings that are left out are as in `defaultTrainingSettings`. */
export interface TrainOptions extends Partial<TrainingSettings> {
  /** Folder (Node) that gets the best model so far, `history.json` and the state to resume from, after every epoch. */
  readonly checkpoint?: string;
  /** Go on with the training in `checkpoint`; its settings must be these. */
  readonly resume?: boolean;
  /** Stops after the step under way; with a checkpoint folder the state is saved first. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
}

/** Where a training stands after a step. */
export interface TrainingProgress {
  /** Counts from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of this epoch done, of how many. */
  readonly step: number;
  readonly steps: number;
  /** Means over this epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
  /** At the pace so far, were it to run all epochs. */
  readonly secondsLeft: number;
}

/** What `train` gives; the trained weights are in the model itself. */
export interface TrainingResult {
  readonly history: readonly EpochRecord[];
  /** The epoch (from 1) whose weights the model now has: of the lowest validation loss, or the last without a split. */
  readonly bestEpoch: number;
  readonly ended: TrainingEnd;
}

/**
 * Trains a classifier in place, by cross-entropy plus the model's own L2 penalties, and leaves it with the weights of
 * the best epoch by validation loss. The validation split comes out of `data`; test data have no place here.
 *
 * The same model, data and settings give the same weights, bit for bit, on the same machine and backend - also when
 * interrupted and resumed - unless the model draws random numbers of its own (dropout).
 *
 * @throws ModelError `invalid-option`; `invalid-data` where the data do not fit the model; the signal's reason after an abort,
 * with the state saved where there is a checkpoint folder;
 * `write-failed` where a checkpoint could not be saved (the one before is whole); `not-found` where there is nothing to
 * resume; KernelsError `out-of-memory`.
 */
export async function train(
  model: tf.LayersModel,
  data: DataSet,
  options: TrainOptions = {},
): Promise<TrainingResult> {
  const { checkpoint, resume = false, signal: _, onProgress: _p, onEpoch: _e, ...given } = options;
  const settings: TrainingSettings = { ...defaultTrainingSettings, ...given };
  checkTrainingSettings(settings);
  checkTrainable(model, data);
  if (resume && checkpoint === undefined) {
    throw new ModelError('invalid-option', 'Training: resume needs the checkpoint folder to resume from.');
  }
  if (!resume && checkpoint !== undefined && (await trainingStatus(checkpoint)) === 'unfinished') {
    throw new ModelError(
      'invalid-option',
      `${checkpoint} holds an unfinished training: resume it, or choose or empty another folder.`,
    );
  }

  try {
    const run = new TrainingRun(model, data, settings);
    try {
      if (resume && checkpoint !== undefined) await restore(run, checkpoint);
      return await runToEnd(run, options);
    } finally {
      run.dispose();
    }
  } catch (error) {
    throw memoryError(error) ?? error;
  }
}

async function runToEnd(
  run: TrainingRun,
  { checkpoint, signal, onProgress, onEpoch }: TrainOptions,
): Promise<TrainingResult> {
  const pace = new Pace(run);
  while (run.ended === null) {
    while (run.batch < run.stepsPerEpoch) {
      if (signal?.aborted === true && checkpoint !== undefined) {
        await saveTrainingState(checkpoint, await run.state());
      }
      signal?.throwIfAborted();
      await run.trainBatch();
      onProgress?.(pace.progress());
      await breathe();
    }
    const { record, improved } = await run.finishEpoch();
    if (checkpoint !== undefined) await save(run, checkpoint, improved);
    await onEpoch?.(record);
  }
  run.restoreBest();
  return { history: run.history, bestEpoch: run.best?.epoch ?? 0, ended: run.ended };
}

async function restore(run: TrainingRun, folder: string): Promise<void> {
  const state = await loadTrainingState(folder);
  // Through the schema, so that both have their keys in the same order.
  const settings = checkSchema(trainingSettingsSchema, run.settings, 'the settings');
  const [saved, wanted] = [JSON.stringify(state.settings), JSON.stringify(settings)];
  if (saved !== wanted) {
    throw new ModelError(
      'invalid-option',
      `The training in ${folder} has other settings: ${saved}, not ${wanted}. Resume it with its own, or start anew elsewhere.`,
    );
  }
  if (state.sampleCount !== run.data.count) {
    throw new ModelError(
      'invalid-data',
      `The training in ${folder} had ${state.sampleCount} samples, these data have ${run.data.count}. Resume it with its own.`,
    );
  }
  refuseImpossible(run, state, folder);
  run.restore(state);
}

/** @throws ModelError `invalid-file` for a place that this training cannot be at. */
function refuseImpossible(run: TrainingRun, state: TrainingState, folder: string): void {
  const { epoch, batch, sums, history, best, ended, settings } = state;
  const isPossible =
    (ended === null ? epoch < settings.epochs : epoch <= settings.epochs) &&
    batch <= run.stepsPerEpoch &&
    (batch === 0) === (sums.samples === 0) &&
    history.length === epoch &&
    history.every((record, index) => record.epoch === index + 1) &&
    (best === null ? epoch === 0 || ended === null : best.epoch <= epoch);
  if (isPossible) return;
  throw new ModelError(
    'invalid-file',
    `The training state in ${folder} is broken: it stands at epoch ${epoch + 1} of ${settings.epochs}, step ${batch} of ` +
      `${run.stepsPerEpoch}, with ${history.length} epochs in its history. Start the training anew elsewhere.`,
  );
}

/** The best model first: a crash between the two repeats the epoch, which writes the same model again. */
async function save(run: TrainingRun, folder: string, improved: boolean): Promise<void> {
  if (improved) await saveModel(run.model, folder, { classNames: run.data.classNames });
  await saveTrainingState(folder, await run.state());
  const history = { settings: run.settings, bestEpoch: run.best?.epoch ?? null, epochs: run.history };
  await writeFileWhole(`${folder}/history.json`, await sealedJson(history));
}

/** Steps a second since this process began or resumed the training. */
class Pace {
  readonly #run: TrainingRun;
  readonly #startedAt = performance.now();
  readonly #firstStep: number;

  constructor(run: TrainingRun) {
    this.#run = run;
    this.#firstStep = this.#stepsDone();
  }

  progress(): TrainingProgress {
    const { epoch, batch, sums, settings, stepsPerEpoch, learningRate } = this.#run;
    const done = this.#stepsDone();
    const secondsPerStep = (performance.now() - this.#startedAt) / 1000 / (done - this.#firstStep);
    return {
      epoch: epoch + 1,
      epochs: settings.epochs,
      step: batch,
      steps: stepsPerEpoch,
      loss: sums.loss / sums.samples,
      accuracy: sums.correct / sums.samples,
      learningRate,
      secondsLeft: secondsPerStep * (settings.epochs * stepsPerEpoch - done),
    };
  }

  #stepsDone(): number {
    return this.#run.epoch * this.#run.stepsPerEpoch + this.#run.batch;
  }
}

/** Backends compute synchronously; a macrotask between steps lets signals, timers and the page through. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
