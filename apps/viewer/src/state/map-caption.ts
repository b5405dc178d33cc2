import type { FloatArray, PositionMap } from '@ablation-cam/xai';
import { localization, type GroundTruth } from '@ablation-cam/xai/metrics';
import { wholePercent } from './whole-percent.ts';

const ROWS = ['top', 'center', 'bottom'] as const;
const COLUMNS = ['left', 'center', 'right'] as const;
const PARTS = ['toward the start', 'around the middle', 'toward the end'] as const;

/** What lies in the strongest ninth or half of a picture, or third of a signal, where the map is not about everywhere. */
const LEAST_SHARE = { picture: 0.3, half: 0.75, signal: 0.45 } as const;

/**
 * Says in words where a map is bright:
 * "mainly center left; peak at 41 % from the left, 40 % from the top; 89 % inside the true region".
 *
 * The place is that of the ninth of a picture, or the third of a signal, that holds most of the map - told from the center of what lies
 * there -, or the half of a picture that holds nearly all of it, unless none holds much more than its part; the peak, which may lie
 * elsewhere, is the middle of the largest value's cell.
 *
 * @param map `[height, width]` or `[length]`; values below 0 count as 0
 * @param region where the evidence for the true class is, where that is known; the share inside is `Localization.energy`
 * @returns null for a map without a positive value
 */
export function mapCaption(map: PositionMap<FloatArray>, region: GroundTruth | null = null): string | null {
  const { shape, data } = map;
  const [height, width] = shape.length === 1 ? [1, shape[0] ?? 1] : [shape[0] ?? 1, shape[1] ?? 1];
  const grid: Grid = { height, width, at: (row, column) => Math.max(0, data[row * width + column] ?? 0) };
  let [sum, peak] = [0, 0];
  for (let p = 0; p < data.length; p++) {
    sum += Math.max(0, data[p]!);
    if (data[p]! > data[peak]!) peak = p;
  }
  if (sum <= 0) return null;
  const across = wholePercent(((peak % width) + 0.5) / width);
  if (shape.length === 1) return `${part(grid, sum)}; peak at ${across} from the start`;
  const down = wholePercent((Math.floor(peak / width) + 0.5) / height);
  const words = [place(grid, sum), `peak at ${across} from the left, ${down} from the top`];
  if (region) words.push(`${wholePercent(localization(map, region).energy)} inside the true region`);
  return words.join('; ');
}

interface Grid {
  readonly height: number;
  readonly width: number;
  readonly at: (row: number, column: number) => number;
}

/** Where a center counts as being in the middle, as a share of the length. */
const MIDDLE = [0.4, 0.6] as const;

/** 0 before the middle, 1 there, 2 behind it. */
function side(center: number): 0 | 1 | 2 {
  if (center < MIDDLE[0]) return 0;
  return center > MIDDLE[1] ? 2 : 1;
}

/** Which third of `count` cells a cell lies in. */
function third(index: number, count: number): number {
  return Math.min(2, Math.floor((3 * (index + 0.5)) / count));
}

function heaviest(sums: Float64Array): number {
  return sums.reduce((most, value, i) => (value > (sums[most] ?? 0) ? i : most), 0);
}

function place(grid: Grid, sum: number): string {
  const ninths = new Float64Array(9);
  // What the lower half has more than the upper one, and the right one more than the left one.
  let [down, across] = [0, 0];
  for (let row = 0; row < grid.height; row++) {
    for (let column = 0; column < grid.width; column++) {
      const ninth = 3 * third(row, grid.height) + third(column, grid.width);
      const value = grid.at(row, column);
      ninths[ninth]! += value;
      down += Math.sign(2 * row + 1 - grid.height) * value;
      across += Math.sign(2 * column + 1 - grid.width) * value;
    }
  }
  const most = heaviest(ninths);
  if (ninths[most]! < LEAST_SHARE.picture * sum) {
    const isDown = Math.abs(down) > Math.abs(across);
    const lean = isDown ? down : across;
    if (Math.abs(lean) < (2 * LEAST_SHARE.half - 1) * sum) return 'spread over the picture';
    const end = lean < 0 ? 0 : 2;
    return `mainly in the ${isDown ? ROWS[end] : COLUMNS[end]} half`;
  }
  const [x, y] = centerAround(grid, Math.floor(most / 3), most % 3);
  const [row, column] = [ROWS[side(y)], COLUMNS[side(x)]];
  return `mainly ${row === 'center' && column === 'center' ? 'center' : `${row} ${column}`}`;
}

/** The center of what lies in a ninth and half a ninth around it, as shares of width and height: it may lie across a border. */
function centerAround({ height, width, at }: Grid, ninthRow: number, ninthColumn: number): [number, number] {
  const isNear = (index: number, count: number, ninth: number): boolean =>
    Math.abs((3 * (index + 0.5)) / count - ninth - 0.5) <= 1;
  let [sum, x, y] = [0, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (!isNear(row, height, ninthRow) || !isNear(column, width, ninthColumn)) continue;
      const value = at(row, column);
      sum += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
    }
  }
  return [x / sum / width, y / sum / height];
}

/** Where the heaviest third lies, wherever it begins: a narrow band at the border of two parts is no spread. */
function part({ width, at }: Grid, sum: number): string {
  const long = Math.ceil(width / 3);
  const sums = Float64Array.from({ length: width - long + 1 }, (_, start) => {
    let own = 0;
    for (let i = start; i < start + long; i++) own += at(0, i);
    return own;
  });
  const most = heaviest(sums);
  if (sums[most]! < LEAST_SHARE.signal * sum) return 'spread over the signal';
  let center = 0;
  for (let i = most; i < most + long; i++) center += at(0, i) * (i + 0.5);
  return `mainly ${PARTS[side(center / sums[most]! / width)]}`;
}
