import { columnSums, rowSums, type ConfusionMatrix } from './confusion-matrix.ts';

/** One line of a classification report; precision, recall and F1 are in [0, 1]. */
export interface ReportLine {
  /** Share of the predictions of the class that are right; 0 when it was never predicted. */
  readonly precision: number;
  /** Share of the samples of the class that were found; 0 when it has no samples. */
  readonly recall: number;
  /** Harmonic mean of precision and recall; 0 when both are. */
  readonly f1: number;
  /** Samples behind the line. */
  readonly support: number;
}

/** Precision, recall, F1 and support by class, and their means. */
export interface ClassificationReport {
  /** Share of all samples that were classified correctly. */
  readonly accuracy: number;
  /** One line a class, in class order. */
  readonly classes: readonly ReportLine[];
  /** Over all decisions pooled; with one label a sample, all three equal the accuracy. */
  readonly micro: ReportLine;
  /** Plain mean over all classes, those without samples (all zeros) included. */
  readonly macro: ReportLine;
  /** Mean weighted with the support. */
  readonly weighted: ReportLine;
}

/**
 * Precision, recall and F1 of every class with micro, macro and weighted means: the numbers of scikit-learn's
 * `classification_report` with `labels` naming all classes and `zero_division=0`.
 */
export function classificationReport(confusion: ConfusionMatrix): ClassificationReport {
  const supports = rowSums(confusion);
  const predicted = columnSums(confusion);
  const total = supports.reduce((sum, support) => sum + support, 0);
  const correct = confusion.reduce((sum, row, k) => sum + row[k]!, 0);
  const classes = supports.map((support, k) => {
    const hits = confusion[k]![k]!;
    const precision = ratio(hits, predicted[k]!);
    const recall = ratio(hits, support);
    return { precision, recall, f1: ratio(2 * hits, support + predicted[k]!), support };
  });
  const accuracy = ratio(correct, total);
  const mean = (weight: (line: ReportLine) => number): ReportLine => {
    const weights = classes.map(weight);
    const scale = weights.reduce((sum, w) => sum + w, 0);
    const over = (value: (line: ReportLine) => number): number =>
      ratio(
        classes.reduce((sum, line, k) => sum + weights[k]! * value(line), 0),
        scale,
      );
    return {
      precision: over((line) => line.precision),
      recall: over((line) => line.recall),
      f1: over((line) => line.f1),
      support: total,
    };
  };
  return {
    accuracy,
    classes,
    micro: { precision: accuracy, recall: accuracy, f1: accuracy, support: total },
    macro: mean(() => 1),
    weighted: mean((line) => line.support),
  };
}

/**
 * The report as text, laid out as scikit-learn's `classification_report`. The line `accuracy` stands for the micro
 * mean, which is the same number when every sample has one label.
 */
export function formatClassificationReport(
  report: ClassificationReport,
  classNames: readonly string[],
  digits = 2,
): string {
  const width = Math.max('weighted avg'.length, digits, ...classNames.map((name) => name.length));
  const title = (text: string): string => text.padStart(width);
  const value = (number: number): string => ` ${number.toFixed(digits).padStart(9)}`;
  const count = (number: number): string => ` ${String(number).padStart(9)}`;
  const line = (name: string, { precision, recall, f1, support }: ReportLine): string =>
    `${title(name)} ${value(precision)}${value(recall)}${value(f1)}${count(support)}\n`;
  const head = ['precision', 'recall', 'f1-score', 'support'];
  return [
    `${title('')} ${head.map((column) => ` ${column.padStart(9)}`).join('')}\n\n`,
    ...report.classes.map((numbers, k) => line(classNames[k] ?? String(k), numbers)),
    '\n',
    `${title('accuracy')} ${' '.repeat(20)}${value(report.accuracy)}${count(report.micro.support)}\n`,
    line('macro avg', report.macro),
    line('weighted avg', report.weighted),
  ].join('');
}

/** Zero over zero is zero here, as with scikit-learn's `zero_division=0`. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
