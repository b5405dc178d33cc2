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
 * The place is the ninth of a picture, or the third of a signal, that holds most of the map, or the half of a picture that holds
 * nearly all of it, unless none holds much more than its part; the peak, which may lie elsewhere, is the middle of the largest value's cell.
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
  const [row, column] = [ROWS[Math.floor(most / 3)] ?? 'center', COLUMNS[most % 3] ?? 'center'];
  return `mainly ${row === 'center' && column === 'center' ? 'center' : `${row} ${column}`}`;
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
  return `mainly ${PARTS[third(most + (long - 1) / 2, width)] ?? PARTS[1]}`;
}
