import { colorMap, type ColorMapName } from '@ablation-cam/xai/drawing';
import type uPlot from 'uplot';
import { strengthOf } from '../../state/stage-map.ts';

/** The map of a signal, a value for each sample. */
export interface ColoredSamples {
  /** Places among the colors, 0 to 1. */
  readonly shares: ArrayLike<number>;
  readonly isSigned: boolean;
  readonly colors: ColorMapName;
  /** Samples that count less have no color of their own. */
  readonly threshold: number;
}

/** Colors are mixed between so many places: more make no difference to the eye. */
const STOPS = 160;

/**
 * Returns a paint that has, at every x of a plot over sample numbers, the color of the map there: linear between samples, and
 * looked up afterwards, since colors mixed between two samples need not be on the color map.
 *
 * @param neutral the color of what lies below the threshold
 */
export function mapGradient(
  plot: uPlot,
  { shares, isSigned, colors, threshold }: ColoredSamples,
  neutral: string,
): CanvasGradient | string {
  const { min = 0, max = 0 } = plot.scales['x'] ?? {};
  const [from, to] = [plot.valToPos(min, 'x', true), plot.valToPos(max, 'x', true)];
  // Before it has a size.
  if (!Number.isFinite(from) || !Number.isFinite(to) || from === to) return neutral;
  const gradient = plot.ctx.createLinearGradient(from, 0, to, 0);
  const lookUp = colorMap(colors);
  for (let i = 0; i <= STOPS; i++) {
    const share = valueAt(shares, min + (i / STOPS) * (max - min));
    const isDrawn = strengthOf(share, isSigned) >= threshold;
    gradient.addColorStop(i / STOPS, isDrawn ? `rgb(${lookUp(share).join()})` : neutral);
  }
  return gradient;
}

/** Linear between samples, constant beyond the first and the last. */
function valueAt(values: ArrayLike<number>, at: number): number {
  const place = Math.max(0, Math.min(values.length - 1, at));
  const low = Math.floor(place);
  const [a, b] = [values[low] ?? 0, values[Math.min(values.length - 1, low + 1)] ?? 0];
  return a + (place - low) * (b - a);
}
