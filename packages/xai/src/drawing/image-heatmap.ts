import type { PositionMap } from '../explanation/explanation.ts';
import { valueScale, type ColoringOptions } from './color/value-scale.ts';
import { figure, paletteOf, type FigureOptions } from './figure/figure.ts';
import { withColorBar, type ColorBarOptions } from './figure/with-color-bar.ts';
import { heatmapPanel, mapSize, type Interpolation } from './panels/image-panel.ts';
import { DEFAULT_SIZE, displaySize } from './pixels/display-size.ts';

/** How `drawImageHeatmap` draws a map. */
export interface ImageHeatmapOptions extends FigureOptions, ColoringOptions, ColorBarOptions {
  /** About how many pixels the longer side of the map has in the drawing; default 400. */
  readonly size?: number | undefined;
  /** Default `nearest`: what the map holds, nothing in between. */
  readonly interpolation?: Interpolation | undefined;
}

/**
 * Draws a map of any resolution and sign by itself, colored, with a color bar: an SVG document.
 *
 * A flat map is one neutral color and the words "flat map". Pixels keep their shape, except that a map is never lower or narrower
 * than 24 pixels.
 *
 * @param map `[height, width]`, or `[length]`, which is drawn as one line of pixels
 * @throws XaiError `invalid-input` for a map that cannot be drawn (another rank, NaN), `invalid-option` for an unknown color map
 *   or an empty range
 */
export function drawImageHeatmap(map: PositionMap, options: ImageHeatmapOptions = {}): string {
  const palette = paletteOf(options);
  const scale = valueScale(map, options);
  const { width, height } = mapSize(map);
  const size = displaySize(width, height, options.size ?? DEFAULT_SIZE);
  const panel = heatmapPanel(map, scale, size, options.interpolation ?? 'nearest', palette);
  return figure(withColorBar(panel, scale, options, palette), options);
}
