import * as tf from '@tensorflow/tfjs';
import { memoryError } from '@ablation-cam/kernels';
import type { DataSet } from '../data/data-set.ts';
import { readBatches, type Batch } from '../data/read-batches.ts';
import { ModelError } from '../errors.ts';
import { classificationMetrics, predictedClasses } from './classification-metrics.ts';
import {
  classifierShapes,
  openClassifier,
  type ClassifierShapes,
  type PredictionEngine,
} from './classifier.ts';
import type { NetworkSource } from '../network/network-of.ts';
import { refuseNotFinite } from './refuse-not-finite.ts';
import type { EvaluationResult } from './evaluation-result.ts';
import { FailureCollector } from './failed-example.ts';
import { classScores, classCount, outputKind, unitCount, type OutputKind } from './model-scores.ts';

/** How `evaluate` runs over a data set. */
export interface EvaluateOptions {
  /** Samples predicted together; 64 unless given. */
  readonly batchSize?: number;
  /** `'tfjs'` unless given. */
  readonly engine?: PredictionEngine;
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
 * Runs on the current TensorFlow.js backend, or on ONNX Runtime where `engine` says so, and leaves no tensors behind. A model with one output unit tells two classes
 * apart: its output is the probability of the second.
 *
 * @throws ModelError `invalid-data` when labels or inputs do not match the model, there are no samples, or the outputs
 *   are not what `outputs` says; `not-finite` when a weight or an output is NaN or infinite; `invalid-option`; the signal's
 *   reason after an abort; KernelsError `out-of-memory`; what `openClassifier` throws
 */
export async function evaluate(
  model: NetworkSource,
  data: DataSet,
  options: EvaluateOptions = {},
): Promise<EvaluationResult> {
  try {
    return await predictAndJudge(model, data, options);
  } catch (error) {
    throw memoryError(error) ?? error;
  }
}

async function predictAndJudge(
  model: NetworkSource,
  data: DataSet,
  options: EvaluateOptions,
): Promise<EvaluationResult> {
  const { batchSize = 64, failedExamples = 24, signal, onProgress } = options;
  checkFailedExamples(failedExamples);
  const shapes = await classifierShapes(model);
  checkDataFits(shapes, data);
  const { classNames, count, inputShape } = data;
  const classifier = await openClassifier(model, inputShape, options.engine ?? 'tfjs');
  const kind = outputKind(classifier, options.outputs ?? 'probabilities');
  const startedAt = performance.now();
  const units = unitCount(shapes);
  const scores = new Float64Array(count * classNames.length);
  const failures = new FailureCollector(failedExamples);
  let done = 0;
  for await (const batch of readBatches(data, { batchSize })) {
    signal?.throwIfAborted();
    const predicted = await classifier.predict(batch.values, [batch.count, ...inputShape]);
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
      backend: classifier.engine,
      tfjsVersion: tf.version.tfjs,
      batchSize,
      elapsedMs: performance.now() - startedAt,
    },
  };
}

function checkDataFits(shapes: ClassifierShapes, data: DataSet): void {
  const { classNames, inputShape, count } = data;
  const classes = classCount(shapes);
  if (classNames.length !== classes) {
    throw new ModelError(
      'invalid-data',
      `The data have ${classNames.length} classes (${classNames.slice(0, 12).join(', ')}${classNames.length > 12 ? ', ...' : ''}), ` +
        `the model tells ${classes} apart. Evaluate it on data with the classes it was trained on.`,
    );
  }
  const [expected = []] = shapes.inputs;
  const fits =
    shapes.inputs.length === 1 &&
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
