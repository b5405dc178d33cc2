import type { EpochRecord } from '../../training/history.ts';
import type { ClassificationMetrics } from '../classification-metrics.ts';
import { classAccuracyPlot } from './class-accuracy-plot.ts';
import { confusionPlot } from './confusion-plot.ts';
import { historyPlot } from './history-plot.ts';
import { lightPalette, type PlotPalette } from './palette.ts';
import { rocPlot } from './roc-plot.ts';

/** A plot of an evaluation. */
export interface EvaluationPlot {
  /** Name for a file, without extension. */
  readonly name: string;
  /** What the plot shows, in one sentence. */
  readonly caption: string;
  /** A complete SVG document, in UTF-8. */
  readonly svg: string;
}

/**
 * All plots of an evaluation, each an SVG that stands alone: confusion matrices with counts and with shares, ROC
 * curves, whole and in the corner that matters, class-wise accuracies and, with a history, the loss, accuracy and
 * learning rate of the training.
 *
 * @param history the epochs of the training, where they are at hand
 * @param palette colors; {@link lightPalette} unless given
 */
export async function evaluationPlots(
  metrics: ClassificationMetrics,
  history: readonly EpochRecord[] = [],
  palette: PlotPalette = lightPalette,
): Promise<EvaluationPlot[]> {
  const plots = [
    {
      name: 'confusion-matrix',
      caption: 'Confusion matrix: how many samples of each true class were taken for which class.',
      svg: await confusionPlot(metrics, 'counts', palette),
    },
    {
      name: 'confusion-matrix-normalised',
      caption: 'Normalised confusion matrix: the same as shares of the true class; rows sum to one.',
      svg: await confusionPlot(metrics, 'shares', palette),
    },
    {
      name: 'roc-curves',
      caption:
        'ROC curves: each class against the rest, with the mean over pooled decisions (micro) and classes (macro).',
      svg: await rocPlot(metrics, palette),
    },
    {
      name: 'roc-curves-corner',
      caption: 'The upper left corner of the ROC curves, where good classifiers differ.',
      svg: await rocPlot(metrics, palette, 'corner'),
    },
    {
      name: 'class-accuracy',
      caption: 'Class-wise accuracy: the share of the samples of each class that were recognised.',
      svg: await classAccuracyPlot(metrics, palette),
    },
    {
      name: 'training-loss',
      caption: 'Loss in training, penalties on weights included.',
      svg: await historyPlot(history, 'loss', palette),
    },
    {
      name: 'training-accuracy',
      caption: 'Accuracy in training.',
      svg: await historyPlot(history, 'accuracy', palette),
    },
    {
      name: 'learning-rate',
      caption: 'Learning rate in training.',
      svg: await historyPlot(history, 'learning rate', palette),
    },
  ];
  return plots.flatMap(({ svg, ...plot }) => (svg === null ? [] : [{ ...plot, svg }]));
}
