import type { OriginalImage, PlotPalette } from '@ablation-cam/model';
import { XaiError } from '../../errors.ts';
import type { PositionMap } from '../../explanation/explanation.ts';
import { resizeBilinear } from '../../maps/resize-bilinear.ts';
import type { ValueScale } from '../color/value-scale.ts';
import { areaAverage, type Grid } from '../pixels/area-average.ts';
import type { DisplaySize } from '../pixels/display-size.ts';
import { pngDataUri, type Pixels } from '../pixels/png.ts';
import { element, type SvgMarkup } from '../svg/markup.ts';
import type { Panel } from './panel.ts';

/** How pixels between the positions of a map are colored. */
export type Interpolation = 'nearest' | 'bilinear';

/** How strongly a heatmap covers the image: alike everywhere, or the more the larger the value. */
export type Alpha = 'uniform' | 'value';

/** An image alone. */
export function imagePanel(image: OriginalImage, size: DisplaySize, palette: PlotPalette): Panel {
  return framed([imageMarkup(image, size)], size, palette);
}

/** A map alone; a flat one in a neutral color. */
export function heatmapPanel(
  map: PositionMap,
  scale: ValueScale,
  size: DisplaySize,
  interpolation: Interpolation,
  palette: PlotPalette,
): Panel {
  if (scale.flat) return framed([element('rect', { ...size, fill: palette.grid })], size, palette);
  const { width, height } = mapSize(map);
  const shown =
    interpolation === 'bilinear'
      ? resample(map, size.width, size.height)
      : resample(map, width, height, size);
  return framed(
    [
      picture(
        colorPixels(shown, scale, () => 1),
        size,
      ),
    ],
    size,
    palette,
  );
}

/** A map over the image it explains; where the map is flat, the image alone. */
export function overlayPanel(
  image: OriginalImage,
  heatmap: PositionMap,
  scale: ValueScale,
  size: DisplaySize,
  { opacity, alpha }: { readonly opacity: number; readonly alpha: Alpha },
  palette: PlotPalette,
): Panel {
  const base = imageMarkup(image, size);
  if (scale.flat) return framed([base], size, palette);
  const shown = resample(heatmap, image.width, image.height, size);
  const strength = (value: number) =>
    scale.signed ? Math.abs(2 * scale.position(value) - 1) : scale.position(value);
  const cover = colorPixels(shown, scale, (value) => opacity * (alpha === 'value' ? strength(value) : 1));
  return framed([base, picture(cover, size)], size, palette);
}

/** The size of a map in pixels; a map over a signal is one line of them. */
export function mapSize({ shape }: PositionMap): DisplaySize {
  const [height, width] = shape.length === 1 ? [1, shape[0]!] : shape;
  if (shape.length > 2 || height === undefined || width === undefined) {
    throw new XaiError(
      'invalid-input',
      `A map to be drawn has the shape [length] or [height, width], got [${shape.join(', ')}].`,
    );
  }
  return { width, height };
}

function imageMarkup(image: OriginalImage, size: DisplaySize): SvgMarkup {
  const { width, height, rgb } = image;
  if (width < 1 || height < 1 || rgb.length !== width * height * 3) {
    throw new XaiError(
      'invalid-input',
      `An image of ${width} x ${height} RGB pixels needs ${width * height * 3} values, got ${rgb.length}.`,
    );
  }
  const shown = areaAverage({ width, height, channels: 3, data: rgb }, size.width, size.height);
  const data = Uint8Array.from(shown.data, Math.round);
  return picture({ width: shown.width, height: shown.height, channels: 3, data }, size);
}

/** The map on a grid of `width` x `height` positions, or fewer where fewer are drawn. */
function resample(map: PositionMap, width: number, height: number, limit?: DisplaySize): Grid {
  const target = {
    width: Math.min(width, limit?.width ?? width),
    height: Math.min(height, limit?.height ?? height),
  };
  const smaller = areaAverage({ ...mapSize(map), channels: 1, data: map.data }, target.width, target.height);
  const shape = [smaller.height, smaller.width];
  const { data } = resizeBilinear({ shape, data: Float32Array.from(smaller.data) }, [
    target.height,
    target.width,
  ]);
  return { ...target, channels: 1, data };
}

function colorPixels(grid: Grid, scale: ValueScale, alpha: (value: number) => number): Pixels {
  const { width, height } = grid;
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const value = grid.data[i]!;
    data.set(scale.color(value), 4 * i);
    data[4 * i + 3] = Math.round(255 * alpha(value));
  }
  return { width, height, channels: 4, data };
}

/** Pixels stretched to a size, each with sharp edges. */
export function picture(pixels: Pixels, { width, height }: DisplaySize): SvgMarkup {
  return element('image', {
    width,
    height,
    preserveAspectRatio: 'none',
    // An attribute, because a strict content security policy forbids styles in the text of an element.
    'image-rendering': 'pixelated',
    href: pngDataUri(pixels),
  });
}

/** A hairline on the outermost pixels tells a pale picture from the background. */
function framed(content: readonly SvgMarkup[], size: DisplaySize, palette: PlotPalette): Panel {
  const frame = element('rect', {
    x: -0.5,
    y: -0.5,
    width: size.width + 1,
    height: size.height + 1,
    fill: 'none',
    stroke: palette.grid,
  });
  return { ...size, markup: element('g', {}, ...content, frame) };
}
