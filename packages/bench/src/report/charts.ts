import type * as Plot from '@observablehq/plot';
import { allStrategies } from '../strategies/all-strategies.ts';
import type { BenchResult, BenchRun, CaseFacts } from '../results/result.ts';
import { formatTime } from './format.ts';
import { titleOf } from './titles.ts';

const COLORS = { ours: 'var(--ours)', other: 'var(--other)', context: 'var(--context)' };
const LINE_COLORS = ['#2563c9', '#d9730d', '#12805c', '#c2303c', '#7d4cc4', '#8a5a2b', '#cf4f9b', '#0b8aa3'];
const WIDTH = 860;
const LABEL_WIDTH = 330;

/** Time of each strategy of a case on a logarithmic axis, as SVG. */
export function barChart(results: readonly BenchResult[], { title }: CaseFacts): Promise<string> {
  const rows = [...results]
    .sort((a, b) => a.medianMs - b.medianMs)
    .map((result) => ({ ...result, title: titleOf(result), color: COLORS[roleOf(result)] }));
  const least = Math.min(...rows.map(({ quartilesMs }) => quartilesMs[0])) / 2;
  return draw(title, (plot) => ({
    width: WIDTH,
    height: 40 + 26 * rows.length,
    marginLeft: LABEL_WIDTH,
    marginRight: 70,
    x: { type: 'log', label: 'milliseconds', grid: true },
    y: { label: null, domain: rows.map((row) => row.title) },
    marks: [
      plot.barX(rows, { x1: least, x2: 'medianMs', y: 'title', fill: 'color', insetTop: 3, insetBottom: 3 }),
      plot.ruleY(rows, {
        x1: (row: BenchResult) => row.quartilesMs[0],
        x2: (row: BenchResult) => row.quartilesMs[1],
        y: 'title',
        strokeWidth: 2,
      }),
      plot.text(rows, {
        x: (row: BenchResult) => row.quartilesMs[1],
        y: 'title',
        text: (row: BenchResult) => formatTime(row.medianMs) + (row.extrapolatedFrom === null ? '' : '*'),
        textAnchor: 'start',
        dx: 6,
        fill: 'currentColor',
      }),
    ],
  }));
}

/** Cost against a size on logarithmic axes, one line a strategy, as SVG; null where no case lies on such a curve. */
export async function sweepChart(run: BenchRun, along: string): Promise<string | null> {
  const points = run.cases.flatMap(({ name, sweep }) =>
    sweep?.along === along
      ? run.results
          .filter((result) => result.case === name)
          .map((result) => ({ ...result, size: sweep.value, title: titleOf(result) }))
      : [],
  );
  const sizes = [...new Set(points.map(({ size }) => size))].sort((a, b) => a - b);
  const titles = [...new Set(points.map(({ title }) => title))];
  if (sizes.length < 2) return null;
  const lastOf = titles.flatMap((title) => points.findLast((point) => point.title === title) ?? []);
  return draw(`Cost against ${along}`, (plot) => ({
    width: WIDTH,
    height: 420,
    marginLeft: 60,
    marginRight: 300,
    x: { type: 'log', label: along, ticks: sizes, tickFormat: String },
    y: { type: 'log', label: 'milliseconds', grid: true },
    color: { domain: titles, range: LINE_COLORS },
    marks: [
      plot.line(points, { x: 'size', y: 'medianMs', stroke: 'title', strokeWidth: 2 }),
      plot.dot(points, { x: 'size', y: 'medianMs', fill: 'title', r: 3 }),
      plot.text(lastOf, {
        x: 'size',
        y: 'medianMs',
        text: 'title',
        fill: 'title',
        textAnchor: 'start',
        dx: 8,
      }),
    ],
  }));
}

function roleOf({ strategy, executor }: BenchResult): keyof typeof COLORS {
  return allStrategies.find((item) => item.name === strategy && item.executor === executor)?.role ?? 'other';
}

/** Draws with Observable Plot into a document of linkedom's, which serves Node. */
async function draw(title: string, build: (plot: typeof Plot) => Plot.PlotOptions): Promise<string> {
  const [plot, { DOMParser }] = await Promise.all([import('@observablehq/plot'), import('linkedom/worker')]);
  const xml = new DOMParser().parseFromString('<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml');
  // linkedom implements the part of the interface that drawing needs.
  const document = xml as unknown as Document;
  const style = { background: 'none', color: 'var(--ink)', fontSize: '12px' };
  const svg = plot.plot({ ...build(plot), document, style });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  return svg.outerHTML;
}
