import { XaiError } from '../../errors.ts';
import type { PositionMap } from '../../explanation/explanation.ts';
import { colorMap, type ColorMapName, type Rgb } from './color-map.ts';

/** How the values of a map become colors. */
export interface ColoringOptions {
  /** Default `viridis`; for a map with negative values `RdBu_r`. */
  readonly colorMap?: ColorMapName | undefined;
  /**
   * The values at the ends of the color map; values outside take the color of the nearer end. Default from 0 to the largest
   * value, for a map with negative values symmetric around 0.
   */
  readonly range?: readonly [minimum: number, maximum: number] | undefined;
}

/** How values turn into colors. */
export interface ValueScale {
  readonly colorMap: ColorMapName;
  readonly minimum: number;
  readonly maximum: number;
  /** All values are equal: colors would tell nothing, and the map is drawn in a neutral color. */
  readonly flat: boolean;
  /** Whether negative and positive values have a meaning of their own. */
  readonly signed: boolean;
  /** Where a value lies between the ends, 0 to 1. */
  readonly position: (value: number) => number;
  readonly color: (value: number) => Rgb;
}

/**
 * Returns the coloring of a map.
 *
 * @throws XaiError `invalid-input` for a map whose data do not fit its shape or hold NaN or an infinite value,
 *   `invalid-option` for an unknown color map or an empty range
 */
export function valueScale(map: PositionMap, options: ColoringOptions): ValueScale {
  checkMap(map);
  const smallest = map.data.reduce((least, value) => Math.min(least, value), Infinity);
  const largest = map.data.reduce((most, value) => Math.max(most, value), -Infinity);
  const reach = Math.max(Math.abs(smallest), Math.abs(largest)) || 1;
  const [minimum, maximum] = options.range ?? [smallest < 0 ? -reach : 0, reach];
  if (!(Number.isFinite(minimum) && Number.isFinite(maximum) && minimum < maximum)) {
    throw new XaiError(
      'invalid-option',
      `The range of a color map must be two increasing numbers, got [${minimum}, ${maximum}].`,
    );
  }
  const signed = minimum < 0 && maximum > 0;
  const name = options.colorMap ?? (signed ? 'RdBu_r' : 'viridis');
  const lookUp = colorMap(name);
  const position = (value: number) => Math.max(0, Math.min(1, (value - minimum) / (maximum - minimum)));
  return {
    colorMap: name,
    minimum,
    maximum,
    flat: smallest === largest,
    signed,
    position,
    color: (value) => lookUp(position(value)),
  };
}

function checkMap({ shape, data }: PositionMap): void {
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size || size === 0) {
    throw new XaiError(
      'invalid-input',
      `A map of shape [${shape.join(', ')}] needs ${size} values and at least one, got ${data.length}.`,
    );
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) {
    throw new XaiError(
      'invalid-input',
      `A map must hold finite numbers to be drawn, got ${String(data[wrong])} at index ${wrong}.`,
    );
  }
}
