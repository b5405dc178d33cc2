import type { OriginalImage } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { PositionMap } from '../explanation/explanation.ts';
import { valueScale, type ColoringOptions } from './color/value-scale.ts';
import { figure, paletteOf, type FigureOptions } from './figure/figure.ts';
import { beside, withColorBar, type ColorBarOptions } from './figure/with-color-bar.ts';
import { imagePanel, overlayPanel, type Alpha } from './panels/image-panel.ts';
import { DEFAULT_SIZE, displaySize, sizeInBox, type DisplaySize } from './pixels/display-size.ts';

/** How a heatmap covers an image. */
export interface OverlayOptions {
  /** The largest opacity of the heatmap, 0 to 1; default 0.75. */
  readonly opacity?: number | undefined;
  /** Default `value`: the image shows through where the map has nothing to say. `uniform` covers it alike everywhere. */
  readonly alpha?: Alpha | undefined;
}

/** How `drawImageOverlay` draws a map on its image. */
export interface ImageOverlayOptions extends FigureOptions, ColoringOptions, ColorBarOptions, OverlayOptions {
  /** About how many pixels the longer side of the image has in the drawing; default 400. */
  readonly size?: number | undefined;
  /**
   * How wide the image is drawn for its height; default as its pixels are. A network that takes squares gets other pictures squashed: 1
   * draws them as it gets them.
   */
  readonly aspect?: number | undefined;
  /** Whether the image itself stands to the left, as large; default false. */
  readonly imageBeside?: boolean | undefined;
}

/**
 * Draws a heatmap over the image it explains, with a color bar: an SVG document.
 *
 * The heatmap covers the whole image whatever its resolution (bilinear, half-pixel centres). A flat map leaves the image as it is,
 * with the words "flat map". Large images are averaged down to the size of the drawing.
 *
 * @param image 8-bit RGB, row-major, `[height, width, 3]`
 * @param heatmap `[height, width]`, as `Explanation.heatmap` or with negative values
 * @throws XaiError `invalid-input` for an image or a map that cannot be drawn, `invalid-option` for an opacity outside [0, 1], an
 *   aspect that is no positive number, an unknown color map or an empty range
 */
export function drawImageOverlay(
  image: OriginalImage,
  heatmap: PositionMap,
  options: ImageOverlayOptions = {},
): string {
  const palette = paletteOf(options);
  const scale = valueScale(heatmap, options);
  const size = drawnSize(image, options);
  const panel = overlayPanel(image, heatmap, scale, size, overlayStyle(options), palette);
  const covered = withColorBar(panel, scale, options, palette);
  const panels = options.imageBeside ? beside(imagePanel(image, size, palette), covered) : covered;
  return figure(panels, options);
}

/** @throws XaiError `invalid-option` */
function drawnSize(
  { width, height }: OriginalImage,
  { size = DEFAULT_SIZE, aspect }: ImageOverlayOptions,
): DisplaySize {
  const own = displaySize(width, height, size);
  if (aspect === undefined) return own;
  if (!(aspect > 0 && Number.isFinite(aspect))) {
    throw new XaiError(
      'invalid-option',
      `The aspect of a drawing is its width divided by its height, a positive number, got ${aspect}.`,
    );
  }
  const longest = Math.max(own.width, own.height);
  return sizeInBox({ width: aspect, height: 1 }, { width: longest, height: longest });
}

/** @throws XaiError `invalid-option` */
export function overlayStyle({ opacity = 0.75, alpha = 'value' }: OverlayOptions): {
  readonly opacity: number;
  readonly alpha: Alpha;
} {
  if (!(opacity >= 0 && opacity <= 1)) {
    throw new XaiError('invalid-option', `The opacity of a heatmap lies between 0 and 1, got ${opacity}.`);
  }
  return { opacity, alpha };
}
