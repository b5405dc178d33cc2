import { parse } from 'csv-parse/browser/esm/sync';

/** What the column of names is called where there is a first row of titles. */
const NAME_TITLE = /^(class|label|category|display)?[ _-]?(name|label|class|category)s?$/i;
/** What rows of titles are told by where the cells below are no different. */
const TITLE =
  /^(name|label|class|category|index|id|class[ _-]?(name|label|index|id)s?|labels|classes|names)$/i;

/**
 * Returns the class names that a table of comma-, semicolon- or tab-separated values holds, in order of their indices; `undefined` where
 * it holds none. A column of indices - each once, from 0 or 1 on - says the order, wherever it stands; without one it is that of
 * the rows. A first row of titles is told by an index that is no number, by what it says, or by the count.
 *
 * @param count how many classes there are, where that is known
 * @throws CsvError of csv-parse for what is no table, such as an open quotation
 */
export function namesInCsv(text: string, count?: number): string[] | undefined {
  const rows = parse(text, {
    bom: true,
    delimiter: [delimiterOf(text)],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  const [first = [], ...rest] = rows;
  const width = Math.max(...rows.map((row) => row.length), 0);
  const columns = Array.from({ length: width }, (_, i) => i);
  const cells = (body: readonly string[][], column: number): string[] => body.map((row) => row[column] ?? '');
  for (const [body, titles] of [
    [rows, []],
    [rest, first],
  ] as const) {
    const places = columns.map((column) => placesOf(cells(body, column)));
    const indices = columns.filter((column) => places[column] !== null);
    const others = columns.filter((column) => !indices.includes(column));
    const [index] = indices;
    // Names may be numbers as well: a column of the digits is one where there is no other.
    const [name] = [
      ...others.filter((column) => NAME_TITLE.test(titles[column] ?? '')),
      ...others.reverse(),
      ...indices.slice(1),
    ];
    if (index === undefined || name === undefined) continue;
    const order = places[index] ?? [];
    const names: string[] = [];
    cells(body, name).forEach((cell, row) => (names[order[row] ?? row] = cell));
    return names;
  }
  // Numbers in front that leave gaps are no order of rows, and say none either.
  const areNumbered = width > 1 && rest.length > 0 && cells(rest, 0).every((cell) => /^\d+$/.test(cell));
  if (rows.length === 0 || areNumbered) return undefined;
  const hasTitles =
    rest.length === count || (rows.length !== count && first.some((cell) => TITLE.test(cell)));
  const column = columns.find((each) => NAME_TITLE.test(first[each] ?? '')) ?? width - 1;
  return cells(hasTitles ? rest : rows, column);
}

/** The place of each cell where they count from 0 or 1, each once; else null. */
function placesOf(cells: readonly string[]): readonly number[] | null {
  const numbers = cells.map((cell) => (/^\d+$/.test(cell) ? Number(cell) : NaN));
  const least = Math.min(...numbers);
  const isCount =
    cells.length > 0 &&
    (least === 0 || least === 1) &&
    new Set(numbers).size === numbers.length &&
    Math.max(...numbers) === least + numbers.length - 1;
  return isCount ? numbers.map((number) => number - least) : null;
}

/** What stands most often in the first line, in which every column has its place. */
function delimiterOf(text: string): string {
  const [line = ''] = text.split(/\r\n|\n|\r/);
  const times = (mark: string): number => line.split(mark).length;
  return [';', '\t'].reduce((best, mark) => (times(mark) > times(best) ? mark : best), ',');
}
