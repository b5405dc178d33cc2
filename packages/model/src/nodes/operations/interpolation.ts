/** How places of a resized axis read the axis before, in ONNX's terms. */
export interface AxisInterpolation {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  /** The parameter of Keys' cubic. */
  readonly cubic: number;
  readonly excludesOutside: boolean;
}

/**
 * Returns the weights with which each place of a resized axis reads those before, row-major `[from, to]`, or null for a mode that is
 * not known.
 *
 * Source: ONNX operators, Resize-19.
 *
 * @param scale of the axis, which `to / from` is only the whole part of
 */
export function interpolation(
  from: number,
  to: number,
  scale: number,
  settings: AxisInterpolation,
): Float32Array | null {
  const matrix = new Float32Array(from * to);
  for (let place = 0; place < to; place++) {
    const at = coordinate(settings.coordinates, place, from, to, scale);
    const taps = at === null ? null : tapsAt(settings, at, from);
    if (!taps) return null;
    for (const [cell, weight] of taps) {
      const held = Math.min(from - 1, Math.max(0, cell));
      matrix[held * to + place] = (matrix[held * to + place] ?? 0) + weight;
    }
  }
  return matrix;
}

function coordinate(mode: string, place: number, from: number, to: number, scale: number): number | null {
  switch (mode) {
    case 'half_pixel':
      return (place + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return to > 1 ? (place + 0.5) / scale - 0.5 : 0;
    case 'half_pixel_symmetric': {
      const length = scale * from;
      const center = from / 2;
      return center * (1 - to / length) + (place + 0.5) / scale - 0.5;
    }
    case 'align_corners':
      return to > 1 ? (place * (from - 1)) / (to - 1) : 0;
    case 'asymmetric':
      return place / scale;
    case 'tf_half_pixel_for_nn':
      return (place + 0.5) / scale;
    default:
      return null;
  }
}

type Tap = readonly [cell: number, weight: number];

function tapsAt(
  { mode, nearest, cubic, excludesOutside }: AxisInterpolation,
  at: number,
  from: number,
): Tap[] | null {
  switch (mode) {
    case 'nearest': {
      const cell = nearestCell(nearest, at);
      return cell === null ? null : [[cell, 1]];
    }
    case 'linear': {
      const held = Math.min(from - 1, Math.max(0, at));
      const first = Math.floor(held);
      return [
        [first, 1 - (held - first)],
        [first + 1, held - first],
      ];
    }
    case 'cubic': {
      const first = Math.floor(at);
      const taps = [-1, 0, 1, 2].map((step): Tap => [first + step, keys(at - first - step, cubic)]);
      if (!excludesOutside) return taps;
      const inside = taps.filter(([cell]) => cell >= 0 && cell < from);
      const sum = inside.reduce((total, [, weight]) => total + weight, 0);
      return inside.map(([cell, weight]): Tap => [cell, weight / sum]);
    }
    default:
      return null;
  }
}

function nearestCell(mode: string, at: number): number | null {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(at - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(at + 0.5);
    case 'floor':
      return Math.floor(at);
    case 'ceil':
      return Math.ceil(at);
    default:
      return null;
  }
}

/** Source: R. Keys, Cubic convolution interpolation for digital image processing, 1981. */
function keys(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
