import type { ClassificationMetrics } from '../classification-metrics.ts';
import type { PlotPalette } from './palette.ts';
import { axisStyle, drawFigure, FONT_SIZE } from './svg.ts';
import { shortenAll, widestText } from './text-width.ts';

interface Cell {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  /** Of the samples of the true class. */
  readonly share: number;
  /** How opaque the accent is, in [0, 1]. */
  readonly opacity: number;
}

/** Where a cell is more opaque than this, text stands on the accent rather than on the background. */
const DARK_CELL = 0.55;
/** Below this many pixels a number does not fit into a cell. */
const SMALLEST_LABELLED_CELL = 30;
const MAX_NAME_WIDTH = 145;

/**
 * The confusion matrix as an SVG: true classes down, predicted classes across. The color of a cell is its share of the
 * row; with so many classes that counts do not fit in, it is the count.
 *
 * @param values `'counts'`, or `'shares'` of the true class
 */
export async function confusionPlot(
  metrics: ClassificationMetrics,
  values: 'counts' | 'shares',
  palette: PlotPalette,
): Promise<string> {
  const { classes } = metrics;
  const count = classes.length;
  const size = cellSize(count);
  const names = shortenAll(
    classes.map(({ name }) => name),
    MAX_NAME_WIDTH,
    FONT_SIZE,
  );
  const nameWidth = widestText(names, FONT_SIZE);
  const upright = nameWidth < size - 4;
  const marginLeft = Math.ceil(nameWidth) + 42;
  const marginBottom = (upright ? FONT_SIZE : Math.ceil(nameWidth * Math.SQRT1_2) + 8) + 42;
  const margin = 12;
  const axis = { ...axisStyle(palette), tickSize: 0 };
  // Lines of slanted text are closer together than the cells they name.
  const ticks = (pitch: number): number[] =>
    classes.map((_, k) => k).filter((k) => k % Math.ceil((FONT_SIZE + 1) / pitch) === 0);

  const withNumbers = size >= SMALLEST_LABELLED_CELL;
  const counts = values === 'counts';
  const cells = matrixCells(metrics, counts && !withNumbers);
  const text = (cell: Cell): string =>
    counts ? String(cell.count) : cell.count === 0 ? '0' : cell.share.toFixed(2);
  const describe = ({ truth, predicted, count: n, share }: Cell): string =>
    `true ${classes[truth]!.name}, predicted ${classes[predicted]!.name}: ` +
    `${n} of ${classes[truth]!.support} (${(100 * share).toFixed(1)} %)`;

  return drawFigure((plot) => ({
    palette,
    title: counts ? 'Confusion matrix: samples' : 'Confusion matrix: share of the true class',
    width: marginLeft + count * size + margin,
    height: margin + count * size + marginBottom,
    marginTop: margin,
    marginRight: margin,
    marginLeft,
    marginBottom,
    x: { type: 'band', domain: classes.map((_, k) => k), padding: 0.03 },
    y: { type: 'band', domain: classes.map((_, k) => k), padding: 0.03 },
    marks: [
      plot.axisX({
        ...axis,
        ticks: ticks(upright ? size : size * Math.SQRT1_2),
        tickFormat: (k: number) => names[k]!,
        tickRotate: upright ? 0 : -45,
        label: 'predicted class',
        labelOffset: marginBottom - 8,
      }),
      plot.axisY({
        ...axis,
        ticks: ticks(size),
        tickFormat: (k: number) => names[k]!,
        label: 'true class',
        labelOffset: marginLeft - 8,
      }),
      ...(withNumbers
        ? [plot.cell(cells, { x: 'predicted', y: 'truth', fill: palette.grid, fillOpacity: 0.35 })]
        : []),
      plot.cell(cells, {
        x: 'predicted',
        y: 'truth',
        fill: palette.accent,
        fillOpacity: { value: 'opacity', scale: null },
        title: describe,
        filter: (cell: Cell) => cell.count > 0,
      }),
      ...(withNumbers
        ? [
            plot.text(cells, {
              x: 'predicted',
              y: 'truth',
              text,
              fontVariant: 'tabular-nums',
              pointerEvents: 'none',
              fontSize: cellFontSize(cells.map(text), size),
              fill: (cell: Cell) =>
                cell.opacity > DARK_CELL ? palette.onAccent : cell.count === 0 ? palette.muted : palette.ink,
            }),
          ]
        : [plot.frame({ stroke: palette.muted })]),
    ],
  }));
}

/**
 * The cells row by row.
 *
 * @param byCount whether the largest count is the most opaque, rather than the largest share
 */
function matrixCells({ confusion, confusionNormalised }: ClassificationMetrics, byCount: boolean): Cell[] {
  const largest = confusion.reduce((most, row) => Math.max(most, ...row), 1);
  return confusion.flatMap((row, truth) =>
    row.map((count, predicted) => {
      const share = confusionNormalised[truth]![predicted]!;
      return { truth, predicted, count, share, opacity: byCount ? count / largest : share };
    }),
  );
}

/** Large enough for numbers up to about 20 classes, then as small as a figure of some 600 pixels asks for. */
function cellSize(count: number): number {
  if (count <= 4) return 76;
  if (count <= 12) return 44;
  if (count <= 20) return 34;
  return Math.max(3, Math.floor(620 / count));
}

function cellFontSize(texts: readonly string[], size: number): number {
  const widest = widestText(texts, 1);
  return Math.max(8, Math.min(13, (size - 6) / widest));
}
