import * as tf from '@tensorflow/tfjs';
import type { DataSet } from '../data/data-set.ts';
import { readBatches } from '../data/read-batches.ts';
import { splitDataSet } from '../data/subset.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import { NumpyRandom } from '../random/numpy-random.ts';
import { countCorrect, crossEntropy } from './classification-loss.ts';
import type { EpochRecord } from './history.ts';
import { learningRateAt } from './learning-rate.ts';
import { allVariables, readVariables, trainableVariables, writeVariables } from './model-tensors.ts';
import { Optimizer } from './optimizer.ts';
import type { TrainingSettings } from './options.ts';
import { weightPenalty } from './penalties.ts';
import { stepGradients, trainingPartSize } from './step-gradients.ts';
import type { BestEpoch, EpochSums, TrainingEnd, TrainingState } from './training-state.ts';

/** One training under way: the model, the optimizer and where it stands. Advances a batch at a time. */
export class TrainingRun {
  readonly training: DataSet;
  readonly validation: DataSet | null;
  readonly stepsPerEpoch: number;
  epoch = 0;
  batch = 0;
  sums: EpochSums = noSums;
  history: EpochRecord[] = [];
  best: BestEpoch | null = null;
  ended: TrainingEnd | null = null;

  #bestWeights: NamedTensor[] = [];
  #order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;
  #ahead:
    { readonly epoch: number; readonly batch: number; readonly samples: Promise<TrainingBatch> } | undefined;
  readonly #variables: readonly tf.Variable[];
  readonly #optimizer: Optimizer;
  readonly #partSize: number;

  constructor(
    readonly model: tf.LayersModel,
    readonly data: DataSet,
    readonly settings: TrainingSettings,
  ) {
    const { validationFraction, seed, batchSize } = settings;
    const split = validationFraction > 0 ? splitDataSet(data, validationFraction, [seed, splitStream]) : null;
    this.training = split?.rest ?? data;
    this.validation = split?.held ?? null;
    this.stepsPerEpoch = Math.ceil(this.training.count / batchSize);
    this.#partSize = trainingPartSize(model, data.inputShape);
    this.#variables = trainableVariables(model);
    this.#optimizer = new Optimizer(settings.optimizer, this.#variables);
  }

  get learningRate(): number {
    const { settings, stepsPerEpoch } = this;
    const step = this.epoch * stepsPerEpoch + Math.min(this.batch, stepsPerEpoch - 1);
    return learningRateAt(settings.learningRate, step, { stepsPerEpoch, epochs: settings.epochs });
  }

  /** Takes the next step of the epoch. */
  async trainBatch(): Promise<void> {
    const { learningRate, epoch, batch } = this;
    const { indices, values } = await this.#read(batch);
    // Samples such as image files are decoded while the network is busy with those before.
    if (batch + 1 < this.stepsPerEpoch) this.#readAhead(batch + 1);
    const measures = tf.tidy(() => {
      const inputs = tf.tensor(values, [indices.length, ...this.data.inputShape]);
      const { loss, correct, gradients } = stepGradients(
        this.model,
        this.#variables,
        { inputs, labels: labelsOf(this.training, indices) },
        this.#partSize,
      );
      this.#optimizer.update(gradients, learningRate, epoch * this.stepsPerEpoch + batch);
      return tf.stack([loss, correct]);
    });
    const [loss = NaN, correct = NaN] = await measures.data<'float32'>();
    measures.dispose();
    this.sums = {
      loss: this.sums.loss + loss * indices.length,
      correct: this.sums.correct + correct,
      samples: this.sums.samples + indices.length,
    };
    this.batch += 1;
  }

  /** Validates, records the epoch and moves on to the next. Returns its record and whether it is the best so far. */
  async finishEpoch(): Promise<{ record: EpochRecord; improved: boolean }> {
    const validation = await this.#validate();
    const { loss, correct, samples } = this.sums;
    const record: EpochRecord = {
      epoch: this.epoch + 1,
      learningRate: this.learningRate,
      loss: loss / samples,
      accuracy: correct / samples,
      validationLoss: validation?.loss ?? null,
      validationAccuracy: validation?.accuracy ?? null,
    };
    this.history.push(record);
    this.epoch += 1;
    this.batch = 0;
    this.sums = noSums;

    // Without a validation split nothing can be said about which epoch is best: the last is taken.
    const improved =
      validation === null || validation.loss < (this.best?.validationLoss ?? Number.POSITIVE_INFINITY);
    if (improved) {
      this.best = { epoch: record.epoch, validationLoss: validation?.loss ?? null };
      this.#bestWeights = await readVariables(allVariables(this.model));
    }
    const { patience, epochs } = this.settings;
    const waited = record.epoch - (this.best?.epoch ?? record.epoch);
    if (patience !== null && waited >= patience) this.ended = 'early-stopping';
    else if (this.epoch === epochs) this.ended = 'epochs';
    return { record, improved };
  }

  /** Gives the model the weights of the best epoch. */
  restoreBest(): void {
    if (this.best !== null) writeVariables(allVariables(this.model), this.#bestWeights);
  }

  async state(): Promise<TrainingState> {
    return {
      settings: this.settings,
      sampleCount: this.data.count,
      epoch: this.epoch,
      batch: this.batch,
      sums: this.sums,
      history: this.history,
      best: this.best,
      ended: this.ended,
      weights: await readVariables(allVariables(this.model)),
      slots: await readVariables(this.#optimizer.slots),
      bestWeights: this.#bestWeights,
    };
  }

  /** Puts the run where `state` was taken. @throws ModelError `invalid-data` where it is of another network. */
  restore(state: TrainingState): void {
    writeVariables(allVariables(this.model), state.weights);
    writeVariables(this.#optimizer.slots, state.slots);
    this.epoch = state.epoch;
    this.batch = state.batch;
    this.sums = state.sums;
    this.history = [...state.history];
    this.best = state.best;
    this.ended = state.ended;
    this.#bestWeights = [...state.bestWeights];
  }

  dispose(): void {
    this.#optimizer.dispose();
  }

  /** The samples of a batch of this epoch, read ahead or now. */
  async #read(batch: number): Promise<TrainingBatch> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead?.epoch === this.epoch && ahead.batch === batch) return ahead.samples;
    return this.#readNow(batch);
  }

  #readAhead(batch: number): void {
    const samples = this.#readNow(batch);
    // Its failure is met by whoever asks for the batch; until then it must not count as unhandled.
    samples.catch(() => undefined);
    this.#ahead = { epoch: this.epoch, batch, samples };
  }

  async #readNow(batch: number): Promise<TrainingBatch> {
    const { seed, batchSize } = this.settings;
    if (this.#order?.epoch !== this.epoch) {
      const indices = new NumpyRandom([seed, this.epoch]).permutation(this.training.count);
      this.#order = { epoch: this.epoch, indices };
    }
    const indices = this.#order.indices.subarray(batch * batchSize, (batch + 1) * batchSize);
    return { indices, values: await this.training.batch(indices, this.epoch) };
  }

  async #validate(): Promise<{ loss: number; accuracy: number } | null> {
    const { validation } = this;
    if (validation === null) return null;
    const batchSize = Math.min(largestValidationBatch, this.#partSize * partsWithoutGradients);
    let [loss, correct] = [0, 0];
    for await (const { values, indices, count } of readBatches(validation, { batchSize })) {
      const measures = tf.tidy(() => {
        const inputs = tf.tensor(values, [count, ...validation.inputShape]);
        const labels = labelsOf(validation, indices);
        const probabilities = this.model.apply(inputs, { training: false }) as tf.Tensor2D;
        return tf.stack([crossEntropy(probabilities, labels), countCorrect(probabilities, labels)]);
      });
      const [batchLoss = NaN, batchCorrect = NaN] = await measures.data<'float32'>();
      measures.dispose();
      loss += batchLoss * count;
      correct += batchCorrect;
    }
    const penalties = weightPenalty(this.model);
    const [penalty = NaN] = await penalties.data<'float32'>();
    penalties.dispose();
    return { loss: loss / validation.count + penalty, accuracy: correct / validation.count };
  }
}

interface TrainingBatch {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

function labelsOf(data: DataSet, indices: Uint32Array): tf.Tensor1D {
  return tf.tensor1d(
    Int32Array.from(indices, (index) => data.labels[index] ?? 0),
    'int32',
  );
}

/** A number no epoch has, so that the split does not share a stream with one. */
const splitStream = 0xffff_ffff;

const noSums: EpochSums = { loss: 0, correct: 0, samples: 0 };

/** Large enough to keep a backend busy. */
const largestValidationBatch = 128;
/** Without gradients only the outputs in use are in memory, so that this many parts fit at once. */
const partsWithoutGradients = 4;
