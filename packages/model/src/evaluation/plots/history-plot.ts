import type { EpochRecord } from '../../training/history.ts';
import { seriesStyle, type PlotPalette } from './palette.ts';
import { axisStyle, drawFigure, FONT_SIZE } from './svg.ts';
import { widestText } from './text-width.ts';

export type HistoryQuantity = 'loss' | 'accuracy' | 'learning rate';

const quantities = {
  loss: { training: 'loss', validation: 'validationLoss' },
  accuracy: { training: 'accuracy', validation: 'validationAccuracy' },
  'learning rate': { training: 'learningRate', validation: null },
} as const;

const WIDTH = 440;
const HEIGHT = 280;

/**
 * A quantity over the epochs as an SVG, on the training data and, where it was measured, on the validation data.
 *
 * @returns `null` where the history holds no finite value of the quantity
 */
export async function historyPlot(
  history: readonly EpochRecord[],
  quantity: HistoryQuantity,
  palette: PlotPalette,
): Promise<string | null> {
  const keys = quantities[quantity];
  const series = (['training', 'validation'] as const)
    .map((name, i) => {
      const key = keys[name];
      return {
        name,
        ...seriesStyle(palette, i),
        points: history.flatMap((epoch) => {
          const value = key === null ? null : epoch[key];
          return typeof value === 'number' && Number.isFinite(value) ? [{ epoch: epoch.epoch, value }] : [];
        }),
      };
    })
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) return null;

  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const epochs = series.flatMap(({ points }) => points.map(({ epoch }) => epoch));
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const [low, high] = range(quantity, values);
  const format = tickFormat(quantity, high);
  const marginLeft = Math.ceil(widestText([format(low), format(high), '0.00'], FONT_SIZE)) + 34;
  const axis = axisStyle(palette);
  return drawFigure((plot) => ({
    palette,
    title: `${quantity} over ${history.length} epochs`,
    width: WIDTH,
    height: HEIGHT,
    marginTop: 12,
    marginRight: 16,
    marginBottom: 48,
    marginLeft,
    x: { domain: first === last ? [first - 1, last + 1] : [first, last] },
    y: { domain: [low, high] },
    legend:
      quantity === 'learning rate'
        ? []
        : series.map(({ name, color, dash }) => ({ text: name, color, dash, strokeWidth: 2 })),
    marks: [
      plot.gridY({ ticks: 5, stroke: palette.grid, strokeOpacity: 1 }),
      plot.axisX({
        ...axis,
        interval: wholeTicks(first, last),
        tickFormat: (epoch: number) => String(epoch),
        label: 'epoch',
        labelOffset: 40,
      }),
      plot.axisY({
        ...axis,
        ticks: 5,
        tickFormat: format,
        label: quantity,
        labelOffset: marginLeft - 8,
      }),
      ...series.flatMap(({ points, color, dash, name }) => [
        plot.line(points, {
          x: 'epoch',
          y: 'value',
          stroke: color,
          strokeWidth: 2,
          strokeDasharray: dash,
          ariaLabel: () => name,
        }),
        // A line needs two points; a dot shows the only one, and where the values are few.
        ...(points.length <= 30 ? [plot.dot(points, { x: 'epoch', y: 'value', fill: color, r: 2.5 })] : []),
      ]),
    ],
  }));
}

/** The y-range: losses and rates from 0, accuracies up to 1. */
function range(quantity: HistoryQuantity, values: readonly number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (quantity === 'accuracy') return [Math.min(0.9, Math.floor(low * 10) / 10), 1];
  return [Math.min(0, low), high > 0 ? high * 1.05 : 1];
}

function tickFormat(quantity: HistoryQuantity, high: number): (value: number) => string {
  if (quantity === 'learning rate' && high < 0.01) {
    return (value) => (value === 0 ? '0' : value.toExponential(1).replace('.0e', 'e'));
  }
  const digits = high < 0.1 ? 3 : high < 5 ? 2 : high < 50 ? 1 : 0;
  return (value) => value.toFixed(digits);
}

/** Steps between ticks that keep epochs whole numbers and the ticks at most a dozen. */
function wholeTicks(first: number, last: number): number {
  const span = Math.max(1, last - first);
  for (let scale = 1; ; scale *= 10) {
    for (const step of [1, 2, 5]) if (span / (step * scale) <= 12) return step * scale;
  }
}
