import type { Sizes } from './measure-sizes.ts';

/** What each size may be at most, in bytes; `sizes.json` in the root. */
export type SizeBudgets = Sizes;

const TITLES: Readonly<Record<keyof Sizes, string>> = {
  installed: '`npm install @ablation-cam/xai`, on disk, with its dependencies',
  start: 'a page with one call of `ablationCam`, at start, minified and gzipped',
  wasm: 'the same, when the map is there, on the WASM backend',
  gpu: 'the same, on a GPU',
  everything: 'all that the packages can do in a page, minified and gzipped',
};
const KEYS = Object.keys(TITLES) as (keyof Sizes)[];

/** The sizes as a table in Markdown. */
export function sizeTable(sizes: Sizes): string {
  const rows = [['without TensorFlow.js', 'size'], ...KEYS.map((key) => [TITLES[key], inWords(sizes[key])])];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [lineOf(head), lineOf(widths.map((width) => '-'.repeat(width))), ...body.map(lineOf)].join('\n');
}

/** A sentence for each size that is more than it may be, saying what to do. */
export function sizesOver(sizes: Sizes, budgets: SizeBudgets): string[] {
  return KEYS.flatMap((key) =>
    sizes[key] <= budgets[key]
      ? []
      : [
          `${key}: ${String(sizes[key])} bytes, more than the ${String(budgets[key])} of sizes.json. Import what few need when it ` +
            'is needed, with import(), or raise the budget and say why.',
        ],
  );
}

/** A document with the table between its marks. @throws Error for one without them */
export function withSizeTable(text: string, sizes: Sizes): string {
  const found = /(<!-- sizes -->\n).*?(<!-- \/sizes -->)/s.exec(text);
  if (!found) throw new Error('There are no marks <!-- sizes --> and <!-- /sizes --> in the document.');
  return text.replace(found[0], `${found[1] ?? ''}\n${sizeTable(sizes)}\n\n${found[2] ?? ''}`);
}

function inWords(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed()} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
