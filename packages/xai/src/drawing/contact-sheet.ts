import type { OriginalImage, PlotPalette } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { PositionMap } from '../explanation/explanation.ts';
import { valueScale, type ColoringOptions, type ValueScale } from './color/value-scale.ts';
import { figure, paletteOf, type FigureOptions } from './figure/figure.ts';
import { beside, type ColorBarOptions } from './figure/with-color-bar.ts';
import { gridPanel, type GridCell } from './figure/grid-panel.ts';
import { overlayStyle, type OverlayOptions } from './image-overlay.ts';
import { verticalColorBar } from './panels/color-bar.ts';
import { heatmapPanel, imagePanel, mapSize, overlayPanel, type Interpolation } from './panels/image-panel.ts';
import type { Panel } from './panels/panel.ts';
import { signalPanel, thumbnailPlotHeight } from './panels/signal-panel.ts';
import { sizeInBox, type DisplaySize } from './pixels/display-size.ts';
import { relevanceOfSamples, signalChannels, type DrawnSignal } from './signal.ts';

/** What a cell of a contact sheet shows. */
export type SheetContent =
  | { readonly kind: 'image'; readonly image: OriginalImage }
  | { readonly kind: 'overlay'; readonly image: OriginalImage; readonly heatmap: PositionMap }
  | { readonly kind: 'heatmap'; readonly map: PositionMap }
  | { readonly kind: 'signal'; readonly signal: DrawnSignal; readonly heatmap: PositionMap }
  | { readonly kind: 'empty' };

/** One cell of a contact sheet. */
export type SheetCell = SheetContent & {
  /** Below the cell, at most two lines. */
  readonly caption?: string | undefined;
};

/** How `drawContactSheet` lays out its cells. */
export interface ContactSheetOptions extends FigureOptions, ColoringOptions, ColorBarOptions, OverlayOptions {
  readonly columns: number;
  /** Above the columns, at most two lines each. */
  readonly columnLabels?: readonly string[] | undefined;
  /** To the left of the rows, at most three lines each. */
  readonly rowLabels?: readonly string[] | undefined;
  /** The largest size of a cell's picture in pixels; default 160 x 160, for sheets of signals 220 x 120. */
  readonly cellSize?: DisplaySize | undefined;
  /** Of maps alone; default `nearest`. */
  readonly interpolation?: Interpolation | undefined;
}

/**
 * Draws many explanations side by side, such as inputs by methods: an SVG document.
 *
 * Without `range` every map has colors of its own from 0 to its maximum, as the color bar says; with it all share one scale.
 *
 * @param cells row by row; the last row may be short
 * @throws XaiError `invalid-input` for a cell that cannot be drawn or no cell at all, `invalid-option` as for single drawings
 */
export function drawContactSheet(cells: readonly SheetCell[], options: ContactSheetOptions): string {
  const { columns } = options;
  if (cells.length === 0) throw new XaiError('invalid-input', 'A contact sheet needs at least one cell.');
  if (!Number.isInteger(columns) || columns < 1) {
    throw new XaiError(
      'invalid-option',
      `A contact sheet has a whole number of columns, at least 1; got ${columns}.`,
    );
  }
  const palette = paletteOf(options);
  const signalsOnly = cells.every(({ kind }) => kind === 'signal' || kind === 'empty');
  const box = options.cellSize ?? (signalsOnly ? { width: 220, height: 120 } : { width: 160, height: 160 });

  const scales: ValueScale[] = [];
  const gridCells = cells.map((cell): GridCell => {
    const map = mapOf(cell);
    const scale = map && valueScale(map, options);
    if (scale?.flat === false) scales.push(scale);
    return {
      panel: cellPanel(cell, scale, box, options, palette),
      caption: [scale?.flat === true ? 'flat map' : '', cell.caption ?? ''].filter(Boolean).join(', '),
    };
  });
  const grid = gridPanel(
    gridCells,
    columns,
    box,
    options.columnLabels ?? [],
    options.rowLabels ?? [],
    palette,
  );
  const bars =
    options.colorBar === false ? [] : sharedBars(scales, options, Math.min(220, box.height), palette);
  return figure(bars.reduce(beside, grid), options);
}

function mapOf(cell: SheetCell): PositionMap | undefined {
  switch (cell.kind) {
    case 'overlay':
    case 'signal':
      return cell.heatmap;
    case 'heatmap':
      return cell.map;
    case 'image':
    case 'empty':
      return undefined;
  }
}

function cellPanel(
  cell: SheetCell,
  scale: ValueScale | undefined,
  box: DisplaySize,
  options: ContactSheetOptions,
  palette: PlotPalette,
): Panel | undefined {
  switch (cell.kind) {
    case 'image':
      return imagePanel(cell.image, sizeInBox(cell.image, box), palette);
    case 'overlay':
      return overlayPanel(
        cell.image,
        cell.heatmap,
        scale!,
        sizeInBox(cell.image, box),
        overlayStyle(options),
        palette,
      );
    case 'heatmap':
      return heatmapPanel(
        cell.map,
        scale!,
        sizeInBox(mapSize(cell.map), box),
        options.interpolation ?? 'nearest',
        palette,
      );
    case 'signal': {
      const channels = signalChannels(cell.signal);
      return signalPanel(channels, relevanceOfSamples(cell.heatmap, channels[0]!.length), scale!, {
        width: box.width,
        plotHeight: thumbnailPlotHeight(box.height, channels.length),
        axes: null,
        palette,
      });
    }
    case 'empty':
      return undefined;
  }
}

/** One bar for all maps of a color map: for their common range, or from 0 to the maximum of each. */
function sharedBars(
  scales: readonly ValueScale[],
  { range, colorBarLabel = 'relevance' }: ContactSheetOptions,
  length: number,
  palette: PlotPalette,
): Panel[] {
  const kinds = [scales.find(({ signed }) => !signed), scales.find(({ signed }) => signed)];
  return kinds
    .filter((scale) => scale !== undefined)
    .map((scale) => {
      const ends = range ? undefined : ([scale.signed ? '−max' : '0', 'max'] as const);
      return verticalColorBar(scale, Math.max(100, length), { label: colorBarLabel, ends }, palette);
    });
}
