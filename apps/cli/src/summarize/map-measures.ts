/** Returns the positive part of a signed map divided by its largest value, in [0, 1]; all zeros where nothing is positive. */
export function normalizedMap(signed: ArrayLike<number>): Float64Array {
  const map = Float64Array.from(signed, (value) => Math.max(0, value));
  const largest = map.reduce((most, value) => Math.max(most, value), 0);
  return largest === 0 ? map : map.map((value) => value / largest);
}

/**
 * Returns the part of a map's sum that lies at its border, its outermost positions, over the part of the positions that do: 1 for
 * a map that is the same everywhere, more where the border stands out. 0 for an empty map.
 *
 * @param shape `[length]` or `[height, width]`
 */
export function borderExcess(map: ArrayLike<number>, shape: readonly number[]): number {
  let [inside, border, positions] = [0, 0, 0];
  for (let at = 0; at < map.length; at++) {
    let rest = at;
    let isBorder = false;
    for (const length of shape.toReversed()) {
      const place = rest % length;
      rest = Math.floor(rest / length);
      if (place === 0 || place === length - 1) isBorder = true;
    }
    if (isBorder) {
      border += map[at]!;
      positions++;
    } else inside += map[at]!;
  }
  const sum = inside + border;
  return sum === 0 ? 0 : border / sum / (positions / map.length);
}

/**
 * Returns the part of a map's sum that lies in a region, 0 for an empty map.
 *
 * @param map `[height, width]` of `shape`; a cell counts by the part of it that is in the region
 * @param mask `[height, width]` of `size`, more than 0 inside
 */
export function shareInside(
  map: ArrayLike<number>,
  [height = 1, width = 1]: readonly number[],
  mask: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
): number {
  const inside = new Float64Array(height * width);
  const pixels = new Float64Array(height * width);
  for (let at = 0; at < rows * columns; at++) {
    const y = Math.floor((Math.floor(at / columns) * height) / rows);
    const x = Math.floor(((at % columns) * width) / columns);
    pixels[y * width + x]!++;
    if ((mask[at] ?? 0) > 0) inside[y * width + x]!++;
  }
  let [within, sum] = [0, 0];
  for (let cell = 0; cell < inside.length; cell++) {
    sum += map[cell]!;
    // A mask that is coarser than the map has cells without pixels of their own.
    within += map[cell]! * (inside[cell]! / Math.max(1, pixels[cell]!));
  }
  return sum === 0 ? 0 : within / sum;
}

/** Levels that maps are told apart by. */
const LEVELS = 32;

/** Returns a key that is the same for maps that hardly differ; null for an empty map, which many have. */
export function mapKey(map: Float64Array): string | null {
  if (map.every((value) => value === 0)) return null;
  return Buffer.from(Uint8Array.from(map, (value) => Math.round(value * LEVELS))).toString('latin1');
}
