import type { ClassificationMetrics } from '../classification-metrics.ts';
import type { PlotPalette } from './palette.ts';
import { axisStyle, drawFigure, FONT_SIZE } from './svg.ts';
import { shortenAll, widestText } from './text-width.ts';

const BAR = 24;
const PLOT_WIDTH = 210;
const MAX_NAME_WIDTH = 145;

/**
 * Class-wise accuracies as bars with the overall accuracy as a line, as an SVG. Classes without samples have no bar and
 * say so.
 */
export async function classAccuracyPlot(
  metrics: ClassificationMetrics,
  palette: PlotPalette,
): Promise<string> {
  const { classes, confusion, accuracy } = metrics;
  const names = shortenAll(
    classes.map(({ name }) => name),
    MAX_NAME_WIDTH,
    FONT_SIZE,
  );
  const figures = classes.map((line, k) =>
    line.accuracy === null
      ? 'no samples'
      : `${line.accuracy.toFixed(3)} (${confusion[k]![k]!}/${line.support})`,
  );
  const marginLeft = Math.ceil(widestText(names, FONT_SIZE)) + 42;
  const marginRight = Math.ceil(widestText(figures, FONT_SIZE)) + 16;
  const bars = classes.map((line, k) => ({ k, accuracy: line.accuracy ?? 0, figure: figures[k]! }));
  const axis = axisStyle(palette);
  return drawFigure((plot) => ({
    palette,
    title: `Class-wise accuracy; overall ${accuracy.toFixed(4)}`,
    width: marginLeft + PLOT_WIDTH + marginRight,
    height: 30 + classes.length * BAR + 48,
    marginTop: 30,
    marginBottom: 48,
    marginLeft,
    marginRight,
    x: { domain: [0, 1] },
    y: { type: 'band', domain: classes.map((_, k) => k), padding: 0.22 },
    marks: [
      plot.gridX({ ticks: 5, stroke: palette.grid, strokeOpacity: 1 }),
      plot.axisX({
        ...axis,
        ticks: 5,
        tickSize: 4,
        label: 'accuracy (share of the class recognised)',
        labelOffset: 40,
      }),
      plot.axisY({
        ...axis,
        tickFormat: (k: number) => names[k]!,
        tickSize: 0,
        label: 'class',
        labelOffset: marginLeft - 8,
      }),
      plot.barX(bars, { x: 'accuracy', y: 'k', fill: palette.accent, fillOpacity: 0.85 }),
      plot.text(bars, {
        x: 1,
        y: 'k',
        text: 'figure',
        textAnchor: 'start',
        dx: 8,
        fill: palette.ink,
        fontVariant: 'tabular-nums',
      }),
      plot.ruleX([accuracy], { stroke: palette.ink, strokeWidth: 1.5, strokeDasharray: '5 3' }),
      plot.text([accuracy], {
        x: (value: number) => value,
        frameAnchor: 'top',
        dy: -18,
        fill: palette.ink,
        text: (value: number) => `overall ${value.toFixed(3)}`,
        textAnchor: accuracy < 0.2 ? 'start' : accuracy > 0.8 ? 'end' : 'middle',
      }),
    ],
  }));
}
