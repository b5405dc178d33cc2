import type { ClassificationMetrics } from '../classification-metrics.ts';
import type { MeanRocCurve } from '../mean-roc-curve.ts';
import { seriesStyle, type PlotPalette } from './palette.ts';
import { axisStyle, drawFigure, FONT_SIZE, type LegendEntry } from './svg.ts';
import { shortenAll } from './text-width.ts';

interface Series extends LegendEntry {
  readonly points: readonly (readonly [number, number])[];
}

/** More curves than this cannot be told apart: then only those of the worst classes are drawn. */
const MAX_CLASS_CURVES = 20;
const WORST_CLASS_CURVES = 10;

const WIDTH = 440;
const MARGIN = { marginTop: 12, marginRight: 16, marginBottom: 48, marginLeft: 58 } as const;

/**
 * The ROC curves of all classes against the rest with their micro and macro means as an SVG; the legend holds the AUCs.
 * Classes with an undefined curve are named in the legend. With more than 20 classes only the ten with the lowest AUC
 * are drawn beside the means, and the legend says so.
 */
export async function rocPlot(metrics: ClassificationMetrics, palette: PlotPalette): Promise<string> {
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
        points: curve === null ? [] : visiblePoints(curve),
      });
    };
  };
  drawn.forEach((k, i) => {
    add(names[k]!, seriesStyle(palette, i), 1.6)(roc.classes[k]!.curve, classes[k]!.auc);
  });
  add('micro mean', { color: palette.ink, dash: '1 3' }, 2.6)(roc.micro.curve, roc.micro.auc);
  add('macro mean', { color: palette.ink, dash: 'none' }, 2.6)(roc.macro.curve, roc.macro.auc);

  const axis = { ...axisStyle(palette), ticks: 5 };
  return drawFigure((plot) => ({
    palette,
    title: 'ROC curves, each class against the rest',
    width: WIDTH,
    height: WIDTH - MARGIN.marginLeft - MARGIN.marginRight + MARGIN.marginTop + MARGIN.marginBottom,
    ...MARGIN,
    x: { domain: [0, 1] },
    y: { domain: [0, 1] },
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
      plot.axisY({ ...axis, label: 'true positive rate', labelOffset: 48 }),
      plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: palette.muted, strokeDasharray: '4 4' },
      ),
      ...series.map(({ points, color, dash, strokeWidth, text }) =>
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

/** The curve without points that lie within a quarter of a pixel of the one drawn before. */
function visiblePoints(curve: MeanRocCurve): [number, number][] {
  const step = 0.25 / WIDTH;
  const points: [number, number][] = [];
  const last = curve.falsePositiveRate.length - 1;
  curve.falsePositiveRate.forEach((x, i) => {
    const y = curve.truePositiveRate[i]!;
    const before = points.at(-1);
    if (before === undefined || i === last || x - before[0] >= step || y - before[1] >= step)
      points.push([x, y]);
  });
  return points;
}
