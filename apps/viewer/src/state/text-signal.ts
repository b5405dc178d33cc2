import { encodeNpy } from '@ablation-cam/model';

/**
 * Reads a signal from text: a sample a line with a column for each channel, or a channel a line; a line of titles may be above, and
 * a column of times or indices, which grow, in front.
 *
 * @param shape what the network takes, `[samples, channels]`; null where any number is taken
 * @returns the signal as a `.npy` file; null for text that is no signal of that shape, such as class names
 */
export function signalFromText(
  text: string,
  [samples = null, channels = null]: readonly (number | null)[],
): Uint8Array<ArrayBuffer> | null {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const rows = lines.map((line) => line.trim().split(SEPARATOR).map(numberOf));
  // Titles are no numbers.
  if (rows[0]?.every(Number.isNaN)) rows.shift();
  const width = rows[0]?.length ?? 0;
  if (width === 0 || rows.some((row) => row.length !== width || !row.every(Number.isFinite))) return null;
  const fits = (grid: Grid): boolean =>
    (samples ?? grid.length) === grid.length && (channels ?? grid[0]?.length) === grid[0]?.length;
  const found = [rows, transposed(rows), withoutTimes(rows)].find((grid) => grid && fits(grid));
  return found ? encodeNpy(Float32Array.from(found.flat()), [found.length, found[0]?.length ?? 0]) : null;
}

type Grid = readonly (readonly number[])[];

/** Between the values of a line. */
const SEPARATOR = /\s*[,;\t]\s*|\s+/;

function numberOf(cell: string): number {
  return cell === '' ? NaN : Number(cell);
}

function transposed(rows: Grid): Grid {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? NaN));
}

function withoutTimes(rows: Grid): Grid | null {
  const isGrowing = rows.every((row, i) => i === 0 || (row[0] ?? NaN) > (rows[i - 1]?.[0] ?? NaN));
  return isGrowing && (rows[0]?.length ?? 0) > 1 ? rows.map((row) => row.slice(1)) : null;
}
