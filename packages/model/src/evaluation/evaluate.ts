import * as tf from '@tensorflow/tfjs';
import type { DataSet } from '../data/data-set.ts';
import { readBatches, type Batch } from '../data/read-batches.ts';
import { ModelError } from '../errors.ts';
import { WeightStore } from '../layers/weight-store.ts';
import { classificationMetrics, predictedClasses } from './classification-metrics.ts';
import { refuseNotFinite } from './refuse-not-finite.ts';
import type { EvaluationResult } from './evaluation-result.ts';
import { FailureCollector } from './failed-example.ts';
import { classScores, modelClassCount, outputKind, type OutputKind } from './model-scores.ts';

export interface EvaluateOptions {
  /** Samples predicted together; 64 unless given. */
  readonly batchSize?: number;
  /** `'probabilities'` unless given. */
  readonly outputs?: OutputKind;
  /** How many of the most confident wrong predictions are kept with their inputs; 24 unless given. */
  readonly failedExamples?: number;
  /** Stops the evaluation between two batches. */
  readonly signal?: AbortSignal;
  /** Called after every batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Predicts every sample of a data set and says how good the predictions are and where they fail.
 *
 * Runs on the current TensorFlow.js backend and leaves no tensors behind. A model with one output unit tells two classes
 * apart: its output is the probability of the second.
 *
 * @throws ModelError `invalid-data` when labels or inputs do not match the model, there are no samples, or the outputs
 *   are not what `outputs` says; `not-finite` when a weight or an output is NaN or infinite; `invalid-option`; the signal's
 *   reason after an abort
 */
export async function evaluate(
  model: tf.LayersModel,
  data: DataSet,
  options: EvaluateOptions = {},
): Promise<EvaluationResult> {
  const { batchSize = 64, failedExamples = 24, signal, onProgress } = options;
  checkFailedExamples(failedExamples);
  checkDataFits(model, data);
  const kind = outputKind(model, options.outputs ?? 'probabilities');

  await new WeightStore(model).readAll();
  const startedAt = performance.now();
  const { classNames, count, inputShape } = data;
  const units = model.outputs[0]!.shape[1]!;
  const scores = new Float64Array(count * classNames.length);
  const failures = new FailureCollector(failedExamples);
  let done = 0;
  for await (const batch of readBatches(data, { batchSize })) {
    signal?.throwIfAborted();
    const predicted = await predict(model, batch.values, [batch.count, ...inputShape]);
    await refuseNotFinite(model, data, batch, predicted, done);
    const batchScores = classScores(predicted, units, kind, done);
    scores.set(batchScores, done * classNames.length);
    collectFailures(failures, data, batch, batchScores);
    done += batch.count;
    onProgress?.(done, count);
    // Backends compute synchronously; a macrotask between batches lets signals, timers and the page through.
    await new Promise((resolve) => setTimeout(resolve));
  }

  const metrics = classificationMetrics(data.labels, scores, classNames);
  return {
    ...metrics,
    failureCount: metrics.sampleCount - metrics.confusion.reduce((sum, row, k) => sum + row[k]!, 0),
    failures: failures.examples,
    dataName: data.name,
    skipped: data.skipped,
    run: {
      backend: tf.getBackend(),
      tfjsVersion: tf.version.tfjs,
      batchSize,
      elapsedMs: performance.now() - startedAt,
    },
  };
}

function checkDataFits(model: tf.LayersModel, data: DataSet): void {
  const { classNames, inputShape, count } = data;
  const classCount = modelClassCount(model);
  if (classNames.length !== classCount) {
    throw new ModelError(
      'invalid-data',
      `The data have ${classNames.length} classes (${classNames.slice(0, 12).join(', ')}${classNames.length > 12 ? ', ...' : ''}), ` +
        `the model tells ${classCount} apart. Evaluate it on data with the classes it was trained on.`,
    );
  }
  const expected = model.inputs[0]!.shape.slice(1);
  const fits =
    model.inputs.length === 1 &&
    expected.length === inputShape.length &&
    expected.every((size, axis) => size === null || size === inputShape[axis]);
  if (!fits) {
    throw new ModelError(
      'invalid-data',
      `The model takes inputs of shape [${expected.map((size) => size ?? 'any').join(', ')}], ` +
        `the data have [${inputShape.join(', ')}]. Read the data in the model's shape.`,
    );
  }
  if (count === 0) throw new ModelError('invalid-data', 'The data hold no samples to evaluate.');
}

function checkFailedExamples(count: number): void {
  if (Number.isInteger(count) && count >= 0) return;
  throw new ModelError('invalid-option', `failedExamples must be a whole number from 0, got ${count}.`);
}

/** The model's outputs `[samples, units]` for inputs `[samples, ...inputShape]`. */
async function predict(
  model: tf.LayersModel,
  inputs: Float32Array,
  shape: readonly number[],
): Promise<Float32Array> {
  const output = tf.tidy(() => model.predict(tf.tensor(inputs, [...shape])));
  const outputs = Array.isArray(output) ? output : [output];
  try {
    return Float32Array.from(await outputs[0]!.data());
  } finally {
    tf.dispose(outputs);
  }
}

function collectFailures(
  failures: FailureCollector,
  data: DataSet,
  { indices, labels, values, count }: Batch,
  scores: Float64Array,
): void {
  const classCount = data.classNames.length;
  const length = values.length / count;
  predictedClasses(scores, classCount).forEach((predicted, i) => {
    const label = labels[i]!;
    const confidence = scores[i * classCount + predicted]!;
    if (predicted === label || !failures.wants(confidence)) return;
    const index = indices[i]!;
    failures.add({
      index,
      source: data.source(index),
      label,
      predicted,
      confidence,
      trueScore: scores[i * classCount + label]!,
      shape: data.inputShape,
      input: values.slice(i * length, (i + 1) * length),
    });
  });
}
