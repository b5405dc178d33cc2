import { BenchError } from '../errors.ts';
import type { BenchRun, CaseFacts } from '../results/result.ts';
import { barChart, sweepChart } from './charts.ts';
import { COLUMNS, LEGEND } from './columns.ts';
import { END_TO_END_LEGEND, endToEndRows } from './end-to-end.ts';
import { digits, formatRatio } from './format.ts';
import { gainParts, ratiosOf } from './ratios.ts';
import { titleOf } from './titles.ts';

/** One self-contained page: figures for each case, curves of cost against size, and every number. */
export async function renderHtml(run: BenchRun): Promise<string> {
  if (run.results.length + run.endToEnd.length === 0)
    throw new BenchError('unsupported', 'There are no results to draw.');
  const sweeps = await Promise.all(
    ['channels', 'positions', 'classes'].map(async (along) => {
      const chart = await sweepChart(run, along);
      return chart === null ? '' : `<figure><h3>Cost against ${along}</h3>${chart}</figure>`;
    }),
  );
  const cases = await Promise.all(
    run.cases.filter(({ sweep }) => sweep === null).map((facts) => caseSection(run, facts)),
  );
  const { environment } = run;
  const { ceilings } = environment;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Ablation-CAM bench</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Ablation-CAM bench</h1>
<p>${escape(environment.adapter?.description ?? 'no WebGPU adapter')}, ${escape(environment.runtime)},
${escape(environment.processor)}, ${environment.cores} cores, ${escape(environment.date)}</p>
${ceilings ? `<p>Ceilings measured in this run: copy ${digits(ceilings.copyGBps)} GB/s, multiply-add ${digits(ceilings.multiplyAddGFLOPs)} GFLOP/s.</p>` : ''}
<ul>${LEGEND.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>
${cases.join('\n')}
${endToEndSection(run)}
<section class="sweeps">${sweeps.join('\n')}</section>
<h2>Every number</h2>
${resultsTable(run)}
<h2>Environment</h2>
<pre>${escape(JSON.stringify(environment, null, 2))}</pre>
</body>
</html>
`;
}

async function caseSection(run: BenchRun, facts: CaseFacts): Promise<string> {
  const results = run.results.filter((result) => result.case === facts.name);
  const ratios = ratiosOf(run, facts.name).map(
    ({ against, ratio, other, ours }) =>
      `<li><b>${formatRatio(ratio)}</b> against ${against} <small>(${escape(titleOf(other))} / ${escape(titleOf(ours))})</small></li>`,
  );
  const untimed = run.untimed
    .filter((item) => item.case === facts.name)
    .map((item) => `<li>${escape(titleOf(item))}: ${escape(item.reason)}</li>`);
  return `<section>
<h2>${escape(facts.name)}</h2>
<p>${escape(facts.title)}</p>
${results.length === 0 ? '' : await barChart(results, facts)}
<p>auto: ${escape(titleOf({ strategy: 'incremental', executor: facts.auto.executor }))}; ${escape(facts.auto.reason)}</p>
<ul>${ratios.join('')}</ul>
${partsText(run, facts)}
${untimed.length === 0 ? '' : `<details><summary>not timed</summary><ul>${untimed.join('')}</ul></details>`}
</section>`;
}

/** What the gain against TensorFlow.js's loop is made of. */
function partsText(run: BenchRun, { name }: CaseFacts): string {
  const parts = gainParts(run, name);
  if (!parts) return '';
  const { total, kernels, algorithm, planned } = parts;
  const operations = planned === null ? '' : `, with ${formatRatio(planned)} fewer multiply-adds`;
  return `<p>${formatRatio(total)} against the loop in TF.js on WebGPU = <b>${formatRatio(kernels)}</b> by better kernels,
<b>${formatRatio(algorithm)}</b> by the algorithm${operations}.</p>`;
}

function resultsTable(run: BenchRun): string {
  const head = ['case', 'batch', ...COLUMNS.map((column) => column.head)];
  const rows = run.results.map((result) => [
    result.case,
    String(result.batch),
    ...COLUMNS.map(({ cell }) => cell(result, run)),
  ]);
  return table(head, rows);
}

/** Whole networks; nothing where none was measured. */
function endToEndSection({ endToEnd }: BenchRun): string {
  if (endToEnd.length === 0) return '';
  const { head, rows } = endToEndRows(endToEnd);
  return `<section>
<h2>Whole networks</h2>
${table(head, rows)}
<ul>${END_TO_END_LEGEND.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>
</section>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => cells('td', row)).join('\n');
  return `<div class="wide"><table><thead>${cells('th', head)}</thead><tbody>${body}</tbody></table></div>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e8ebef); --page: light-dark(#ffffff, #14181d);
  --grid: light-dark(#d9dee4, #323a44); --ours: light-dark(#1f5fae, #6aa9f4); --other: light-dark(#9aa5b1, #5b6570);
  --context: light-dark(#d9c7a8, #6b5a3a); }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 68rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h2 { margin-top: 2.5rem; }
svg { max-width: 100%; height: auto; }
figure { margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.85rem; }
th, td { padding: 0.25rem 0.6rem; text-align: left; border-bottom: 1px solid var(--grid); }
td, th { white-space: nowrap; }
.wide { overflow-x: auto; }
pre { overflow-x: auto; font-size: 0.85rem; }
`;
