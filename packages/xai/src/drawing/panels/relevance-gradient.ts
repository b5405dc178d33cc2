import type { PlotPalette } from '@ablation-cam/model';
import { hexColor } from '../color/color-map.ts';
import type { ValueScale } from '../color/value-scale.ts';
import { element, type SvgMarkup } from '../svg/markup.ts';

export interface Gradient {
  /** Has to be in the drawing, anywhere. */
  readonly definition: SvgMarkup;
  /** As the value of `stroke` or `fill`. */
  readonly paint: string;
}

/**
 * A paint that has, at every x, the color of the value there: linear between samples and looked up afterwards, because colors
 * mixed between two samples need not be on the color map. The x axis is that of the element that is painted.
 */
export function relevanceGradient(
  values: Float32Array,
  scale: ValueScale,
  x0: number,
  x1: number,
  palette: PlotPalette,
): Gradient {
  // A gradient needs a length, which the neutral color and a single sample do not have.
  if (scale.flat) return { definition: element('g', {}), paint: palette.muted };
  const colors = pixelColors(values, scale, Math.max(1, Math.ceil(x1 - x0)));
  const steps = colors.length - 1;
  const stops = colors
    .map((color, i) => ({ color, offset: i / steps }))
    // The inner ones of a run of equal colors change nothing.
    .filter(({ color }, i) => color !== colors[i - 1] || color !== colors[i + 1])
    .map(({ color, offset }) => element('stop', { offset: offset.toFixed(5), 'stop-color': color }));
  const geometry = `${x0} ${x1}`;
  // Several drawings may stand in one page: equal names then mean equal gradients.
  const id = `relevance-${hash(geometry + stops.join(''))}`;
  return {
    definition: element(
      'linearGradient',
      { id, gradientUnits: 'userSpaceOnUse', x1: x0, x2: x1, y1: 0, y2: 0 },
      ...stops,
    ),
    paint: `url(#${id})`,
  };
}

/** The color at `steps` + 1 equally spaced places from the first sample to the last. */
function pixelColors(values: Float32Array, scale: ValueScale, steps: number): string[] {
  const last = values.length - 1;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const at = (step / steps) * last;
    const low = Math.min(last, Math.floor(at));
    const share = at - low;
    const value = (1 - share) * values[low]! + share * values[Math.min(last, low + 1)]!;
    return hexColor(scale.color(value));
  });
}

/** FNV-1a over UTF-16 units, in hexadecimal. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return (state >>> 0).toString(16).padStart(8, '0');
}
