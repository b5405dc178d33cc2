import { encodeNpy } from '@ablation-cam/model';

/** What text is meant for: a column or a row of numbers is a signal; what is written is names. */
export type TextKind = 'signal' | 'names';

/**
 * Tells the values of a signal and the names of classes apart by what is in the text.
 *
 * @param shape what the network takes; null while that is not known
 */
export function kindOfText(text: string, shape: SignalShape | null): TextKind {
  const rows = numbersIn(text);
  if (!rows) return 'names';
  if (shape?.length === 2 && fitting(rows, shape)) return 'signal';
  // Classes may be called 0 to 9.
  const isCount = (rows[0] ?? []).every((first, column) =>
    rows.every((row, i) => (first === 0 || first === 1) && row[column] === first + i),
  );
  return isCount && rows.length > 1 ? 'names' : 'signal';
}

/**
 * Reads a signal from text: a sample a line with a column for each channel, or a channel a line; a line of titles may be above, and
 * a column of times or indices, which grow, in front.
 *
 * @param shape what the network takes, `[samples, channels]`; null where any number is taken
 * @returns null for text that holds other things than numbers
 */
export function signalFromText(text: string, shape: SignalShape): TextSignal | null {
  const rows = numbersIn(text);
  if (!rows) return null;
  const fit = fitting(rows, shape);
  const found = fit ?? rows;
  const size = [found.length, found[0]?.length ?? 0] as const;
  return { fits: fit !== null, shape: size, npy: encodeNpy(Float32Array.from(found.flat()), size) };
}

/** The numbers of a text. */
export interface TextSignal {
  /** Whether the network takes so many; where not, they are in the order of the text. */
  readonly fits: boolean;
  readonly shape: readonly [rows: number, columns: number];
  readonly npy: Uint8Array;
}

export type SignalShape = readonly (number | null)[];

function fitting(rows: Grid, [samples = null, channels = null]: SignalShape): Grid | null {
  const fits = (grid: Grid): boolean =>
    (samples ?? grid.length) === grid.length && (channels ?? grid[0]?.length) === grid[0]?.length;
  return [rows, transposed(rows), withoutTimes(rows)].find((grid) => grid && fits(grid)) ?? null;
}

/** The numbers of a table without its line of titles; null for text that is none, or has lines of several lengths. */
function numbersIn(text: string): Grid | null {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const rows = lines.map((line) => cellsOf(line.trim()).map(numberOf));
  // Titles are no numbers.
  if (rows[0]?.every(Number.isNaN)) rows.shift();
  const width = rows[0]?.length ?? 0;
  const isTable = rows.every((row) => row.length === width && row.every(Number.isFinite));
  return width > 0 && isTable ? rows : null;
}

type Grid = readonly (readonly number[])[];

/** Between the values of a line. */
const SEPARATOR = /\s*[,;\t]\s*|\s+/;

/** Where semicolons or tabs part the values, commas may be those of decimal numbers. */
function cellsOf(line: string): readonly string[] {
  return (/[;\t]/.test(line) ? line.replace(/(\d),(?=\d)/g, '$1.') : line).split(SEPARATOR);
}

function numberOf(cell: string): number {
  const plain = cell.replace(/^"(.*)"$/, '$1');
  return plain === '' ? NaN : Number(plain);
}

function transposed(rows: Grid): Grid {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? NaN));
}

function withoutTimes(rows: Grid): Grid | null {
  const isGrowing = rows.every((row, i) => i === 0 || (row[0] ?? NaN) > (rows[i - 1]?.[0] ?? NaN));
  return isGrowing && (rows[0]?.length ?? 0) > 1 ? rows.map((row) => row.slice(1)) : null;
}
