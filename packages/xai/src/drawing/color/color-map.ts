import { rgb } from 'd3-color';
import { scaleLinear } from 'd3-scale';
import {
  interpolateCividis,
  interpolateInferno,
  interpolateMagma,
  interpolatePlasma,
  interpolateRdBu,
  interpolateTurbo,
  interpolateViridis,
} from 'd3-scale-chromatic';
import { XaiError } from '../../errors.ts';

/** A color, 0 to 255 each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Matplotlib's jet: six colors, linear between them. */
const jet = scaleLinear<string>()
  .domain([0, 0.125, 0.375, 0.625, 0.875, 1])
  .range(['#000080', '#0000ff', '#00ffff', '#ffff00', '#ff0000', '#800000']);

/** The color maps there are: see `colorMap`. */
export const colorMapNames = [
  'viridis',
  'turbo',
  'inferno',
  'magma',
  'plasma',
  'cividis',
  'jet',
  'RdBu_r',
] as const;

/**
 * Color maps by Matplotlib's names. All but `jet` and `turbo` are perceptually uniform, so that equal steps of the value look
 * equal; `RdBu_r` is diverging, from blue over white to red, for signed values.
 */
export type ColorMapName = (typeof colorMapNames)[number];

const interpolators: Readonly<Record<ColorMapName, (value: number) => string>> = {
  viridis: interpolateViridis,
  turbo: interpolateTurbo,
  inferno: interpolateInferno,
  magma: interpolateMagma,
  plasma: interpolatePlasma,
  cividis: interpolateCividis,
  jet,
  RdBu_r: (value) => interpolateRdBu(1 - value),
};

/** As many as differ in 8 bits and as Matplotlib takes. */
const LEVELS = 256;

const tables = new Map<ColorMapName, readonly Rgb[]>();

/**
 * Returns the color map as a function from [0, 1] to red, green and blue in 0..255, in 256 levels; values outside take the
 * color of the nearer end.
 *
 * @throws XaiError `invalid-option` for an unknown name
 */
export function colorMap(name: ColorMapName): (value: number) => Rgb {
  const table = tables.get(name) ?? buildTable(name);
  return (value) => table[Math.max(0, Math.min(LEVELS - 1, Math.floor(value * LEVELS)))]!;
}

function buildTable(name: ColorMapName): readonly Rgb[] {
  // The name may come from a command line.
  const interpolate = Object.hasOwn(interpolators, name) ? interpolators[name] : undefined;
  if (interpolate === undefined) {
    throw new XaiError(
      'invalid-option',
      `There is no color map "${name}"; choose ${colorMapNames.join(', ')}.`,
    );
  }
  const table = Array.from({ length: LEVELS }, (_, level): Rgb => {
    const { r, g, b } = rgb(interpolate(level / (LEVELS - 1)));
    return [Math.round(r), Math.round(g), Math.round(b)];
  });
  tables.set(name, table);
  return table;
}

/** The color as `#rrggbb`. */
export function hexColor(color: Rgb): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
