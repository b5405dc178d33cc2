import type { ClassificationMetrics } from '../classification-metrics.ts';
import type { MeanRocCurve } from '../mean-roc-curve.ts';
import { seriesStyle, type PlotPalette } from './palette.ts';
import { axisStyle, drawFigure, FONT_SIZE, type LegendEntry } from './svg.ts';
import { shortenAll } from './text-width.ts';

interface Series extends LegendEntry {
  readonly points: readonly (readonly [number, number])[];
}

/** The part of the unit square that is drawn, from its upper left corner. */
const views = {
  all: { size: 1, title: 'ROC curves, each class against the rest' },
  corner: { size: 0.2, title: 'Upper left corner of the ROC curves' },
} as const;

export type RocView = keyof typeof views;

/** More curves than this cannot be told apart: then only those of the worst classes are drawn. */
const MAX_CLASS_CURVES = 20;
const WORST_CLASS_CURVES = 10;

const WIDTH = 440;
const MARGIN = { marginTop: 12, marginRight: 16, marginBottom: 48, marginLeft: 64 } as const;

/**
 * The ROC curves of all classes against the rest with their micro and macro means as an SVG; the legend holds the AUCs.
 * Classes with an undefined curve are named in the legend. With more than 20 classes only the ten with the lowest AUC
 * are drawn beside the means, and the legend says so.
 *
 * @param view `'corner'` enlarges the corner where the curves of good classifiers are
 * @returns `null` where no curve passes through the view
 */
export async function rocPlot(
  metrics: ClassificationMetrics,
  palette: PlotPalette,
  view: RocView = 'all',
): Promise<string | null> {
  const { size, title } = views[view];
  const { classes, roc } = metrics;
  const drawn = classes
    .map((_, k) => k)
    .sort((a, b) =>
      classes.length > MAX_CLASS_CURVES ? (classes[a]!.auc ?? 2) - (classes[b]!.auc ?? 2) : a - b,
    )
    .slice(0, classes.length > MAX_CLASS_CURVES ? WORST_CLASS_CURVES : classes.length);

  const names = shortenAll(
    classes.map(({ name }) => name),
    WIDTH - MARGIN.marginLeft - 150,
    FONT_SIZE,
  );
  const series: Series[] = [];
  const add = (name: string, style: { color: string; dash: string }, strokeWidth: number) => {
    return (curve: MeanRocCurve | null, auc: number | null): void => {
      const figure = auc === null ? 'undefined' : auc.toFixed(4);
      series.push({
        ...style,
        strokeWidth,
        text: `${name} (AUC ${figure})`,
        points: curve === null ? [] : visiblePoints(curve, size),
      });
    };
  };
  drawn.forEach((k, i) => {
    add(names[k]!, seriesStyle(palette, i), 1.6)(roc.classes[k]!.curve, classes[k]!.auc);
  });
  add('micro mean', { color: palette.ink, dash: '1 3' }, 2.6)(roc.micro.curve, roc.micro.auc);
  add('macro mean', { color: palette.ink, dash: 'none' }, 2.6)(roc.macro.curve, roc.macro.auc);

  if (series.every(({ points }) => points.length === 0)) return null;

  const axis = { ...axisStyle(palette), ticks: 5 };
  return drawFigure((plot) => ({
    palette,
    title,
    width: WIDTH,
    height: WIDTH - MARGIN.marginLeft - MARGIN.marginRight + MARGIN.marginTop + MARGIN.marginBottom,
    ...MARGIN,
    x: { domain: [0, size] },
    y: { domain: [1 - size, 1] },
    legend:
      drawn.length < classes.length
        ? [
            ...series,
            {
              text: `drawn: the ${drawn.length} of ${classes.length} classes with the lowest AUC`,
              color: 'none',
              dash: 'none',
              strokeWidth: 0,
            },
          ]
        : series,
    marks: [
      plot.gridX({ ticks: 5, stroke: palette.grid, strokeOpacity: 1 }),
      plot.gridY({ ticks: 5, stroke: palette.grid, strokeOpacity: 1 }),
      plot.axisX({ ...axis, label: 'false positive rate', labelOffset: 40 }),
      plot.axisY({ ...axis, label: 'true positive rate', labelOffset: 56 }),
      ...(view === 'all'
        ? [
            plot.line(
              [
                [0, 0],
                [1, 1],
              ],
              { stroke: palette.muted, strokeDasharray: '4 4' },
            ),
          ]
        : []),
      // The means last in the legend, but below the classes: with two classes all three curves are one.
      ...series.toReversed().map(({ points, color, dash, strokeWidth, text }) =>
        plot.line(points, {
          x: '0',
          y: '1',
          stroke: color,
          strokeWidth,
          strokeDasharray: dash,
          strokeLinejoin: 'round',
          ariaLabel: () => text,
        }),
      ),
    ],
  }));
}

/**
 * The part of a curve with a false positive rate up to `size` and a true positive rate from `1 - size`, without points
 * that lie within a quarter of a pixel of the one drawn before.
 */
function visiblePoints(curve: MeanRocCurve, size: number): [number, number][] {
  const step = (0.25 * size) / WIDTH;
  const points: [number, number][] = [];
  const add = (x: number, y: number, always: boolean): void => {
    const before = points.at(-1);
    if (always || before === undefined || x - before[0] >= step || y - before[1] >= step) points.push([x, y]);
  };
  const { falsePositiveRate, truePositiveRate } = curve;
  const last = falsePositiveRate.length - 1;
  for (let i = 1; i <= last; i++) {
    const [x0, x1] = [falsePositiveRate[i - 1]!, falsePositiveRate[i]!];
    const [y0, y1] = [truePositiveRate[i - 1]!, truePositiveRate[i]!];
    // Shares of this piece at which the rising curve enters the view from below and leaves it to the right.
    const enters = y0 >= 1 - size ? 0 : (1 - size - y0) / (y1 - y0);
    const leaves = x1 <= size ? 1 : (size - x0) / (x1 - x0);
    if (!(enters <= leaves && enters <= 1 && leaves >= 0)) continue;
    if (points.length === 0) add(x0 + enters * (x1 - x0), y0 + enters * (y1 - y0), true);
    add(x0 + leaves * (x1 - x0), y0 + leaves * (y1 - y0), leaves < 1 || i === last);
  }
  return points;
}
