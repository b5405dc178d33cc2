import { ModelError } from '../errors.ts';
import { classificationReport, type ReportLine } from './classification-report.ts';
import { columnSums, confusionMatrix, normaliseConfusion } from './confusion-matrix.ts';
import { multiclassRoc, type MulticlassRoc } from './multiclass-roc.ts';

/** What is known about one class. */
export interface ClassMetrics extends ReportLine {
  readonly name: string;
  /** Share of the samples of the class that were recognised (its recall); `null` without samples. */
  readonly accuracy: number | null;
  /** How often the class was predicted. */
  readonly predicted: number;
  /** Area under the ROC curve against all other classes; `null` where it is undefined. */
  readonly auc: number | null;
  /** Why `auc` is `null`, else `null`. */
  readonly aucReason: string | null;
}

/** A line of means with the mean AUC. */
export interface MeanMetrics extends ReportLine {
  /** `null` where no class has a defined AUC. */
  readonly auc: number | null;
}

/** The quality of a classifier on a data set. Nothing in here is ever NaN. */
export interface ClassificationMetrics {
  readonly sampleCount: number;
  /** Share of all samples that were classified correctly. */
  readonly accuracy: number;
  /** In class order. */
  readonly classes: readonly ClassMetrics[];
  /** Counts, `[true class][predicted class]`. */
  readonly confusion: readonly (readonly number[])[];
  /** The counts divided by the samples of the true class. */
  readonly confusionNormalised: readonly (readonly number[])[];
  readonly means: {
    readonly micro: MeanMetrics;
    readonly macro: MeanMetrics;
    readonly weighted: MeanMetrics;
    /** Names of the classes without a defined AUC, left out of the macro and weighted mean AUC. */
    readonly aucExcluded: readonly string[];
  };
  readonly roc: MulticlassRoc;
}

/** The index of the largest score of each row of `[samples, classCount]`; the first of equals, as NumPy's argmax. */
export function predictedClasses(scores: ArrayLike<number>, classCount: number): Int32Array {
  const predictions = new Int32Array(scores.length / classCount);
  for (let sample = 0; sample < predictions.length; sample++) {
    const row = sample * classCount;
    let best = 0;
    for (let k = 1; k < classCount; k++) if (scores[row + k]! > scores[row + best]!) best = k;
    predictions[sample] = best;
  }
  return predictions;
}

/**
 * All figures of a classification from true labels and scores.
 *
 * @param labels true class indices, one a sample
 * @param scores `[samples, classes]`, row-major: the higher, the more the sample belongs to the class. The class with
 *   the highest score is the prediction.
 * @param classNames one name a class
 * @throws ModelError `invalid-data` when there is no sample, the sizes do not fit together, a label is not a class or a
 *   score is not finite
 */
export function classificationMetrics(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classNames: readonly string[],
): ClassificationMetrics {
  const classCount = classNames.length;
  if (labels.length === 0) throw new ModelError('invalid-data', 'There is no sample to evaluate.');
  if (scores.length !== labels.length * classCount) {
    throw new ModelError(
      'invalid-data',
      `Expected ${labels.length} x ${classCount} scores (samples x classes), got ${scores.length}.`,
    );
  }
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i]!)) {
      throw new ModelError(
        'invalid-data',
        `The score of sample ${Math.floor(i / classCount)} for class "${classNames[i % classCount]!}" is ` +
          `${scores[i]!}; scores must be finite. Check the model's weights and the scaling of its input.`,
      );
    }
  }

  const confusion = confusionMatrix(labels, predictedClasses(scores, classCount), classCount);
  const report = classificationReport(confusion);
  const roc = multiclassRoc(labels, scores, classCount);
  const predicted = columnSums(confusion);
  return {
    sampleCount: labels.length,
    accuracy: report.accuracy,
    classes: report.classes.map((line, k) => ({
      name: classNames[k]!,
      ...line,
      accuracy: line.support === 0 ? null : line.recall,
      predicted: predicted[k]!,
      auc: roc.classes[k]!.auc,
      aucReason: roc.classes[k]!.reason,
    })),
    confusion,
    confusionNormalised: normaliseConfusion(confusion),
    means: {
      micro: { ...report.micro, auc: roc.micro.auc },
      macro: { ...report.macro, auc: roc.macro.auc },
      weighted: { ...report.weighted, auc: roc.weightedAuc },
      aucExcluded: roc.excluded.map((k) => classNames[k]!),
    },
    roc,
  };
}
