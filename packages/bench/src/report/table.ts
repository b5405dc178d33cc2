import Table from 'cli-table3';
import type { BenchRun, CaseFacts } from '../results/result.ts';
import { COLUMNS, LEGEND } from './columns.ts';
import { DATA_SET_LEGEND, dataSetRows } from './data-sets.ts';
import { END_TO_END_LEGEND, endToEndRows } from './end-to-end.ts';
import { digits, formatAmount, formatRatio } from './format.ts';
import { gainParts, ratiosOf } from './ratios.ts';
import { titleOf } from './titles.ts';

/** Everything a run has to say, as text for a terminal. */
export function renderTable(run: BenchRun): string {
  const cases = run.cases.map((facts) => caseText(run, facts));
  const skipped = run.skipped.map(({ case: name, reason }) => `${name}: not measured: ${reason}`);
  return [
    environmentText(run),
    ...cases,
    ...wholeText(run.endToEnd, endToEndRows, 2, END_TO_END_LEGEND),
    ...wholeText(run.dataSets, dataSetRows, 1, DATA_SET_LEGEND),
    ...skipped,
    ...(cases.length > 0 ? [LEGEND.join('\n')] : []),
  ].join('\n\n');
}

/** @param texts columns of text, the first ones */
function wholeText<Result>(
  results: readonly Result[],
  rowsOf: (results: readonly Result[]) => { readonly head: string[]; readonly rows: string[][] },
  texts: number,
  legend: readonly string[],
): string[] {
  if (results.length === 0) return [];
  const { head, rows } = rowsOf(results);
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, index) => (index < texts ? 'left' : 'right')),
  });
  table.push(...rows);
  return [table.toString(), legend.join('\n')];
}

function environmentText({ environment }: BenchRun): string {
  const { adapter, ceilings, runtime, processor, cores, load, commit } = environment;
  const lines = [
    adapter
      ? `${adapter.description} (${adapter.software ? 'software: a CPU plays the GPU' : 'hardware'})`
      : 'no WebGPU adapter',
    `${runtime}, ${processor}, ${cores} cores${load === null ? '' : `, load ${load.toFixed(1)}`}${commit === null ? '' : `, commit ${commit}`}`,
  ];
  if (ceilings) {
    lines.push(
      `ceilings measured in this run: copy ${digits(ceilings.copyGBps)} GB/s, multiply-add ${digits(ceilings.multiplyAddGFLOPs)} GFLOP/s`,
    );
  }
  return lines.join('\n');
}

const SHOWN = COLUMNS.filter(({ isExtra }) => !isExtra);
const ALIGNMENT = SHOWN.map((_, index) => (index === 0 ? ('left' as const) : ('right' as const)));

function caseText(run: BenchRun, facts: CaseFacts): string {
  const results = run.results.filter((result) => result.case === facts.name);
  const [least, most] = facts.predictions;
  const predictions = least === most ? least.toFixed(5) : `${least.toFixed(3)} to ${most.toFixed(3)}`;
  const table = new Table({
    head: SHOWN.map(({ head }) => head),
    style: { head: [], border: [], compact: true },
    colAligns: ALIGNMENT,
  });
  for (const result of results) table.push(SHOWN.map(({ cell }) => cell(result, run)));
  const untimed = run.untimed
    .filter((item) => item.case === facts.name)
    .map((item) => `  not timed: ${titleOf(item)}: ${item.reason}`);
  const ratios = ratiosOf(run, facts.name).map(
    ({ against, ratio, ours, other }) =>
      `  ${formatRatio(ratio).padStart(8)} against ${against} (${titleOf(other)} / ${titleOf(ours)})`,
  );
  return [
    `${facts.name}: ${facts.title}; predictions ${predictions}`,
    table.toString(),
    ...planText(run, facts),
    ...ratios,
    ...partsText(run, facts),
    ...untimed,
  ].join('\n');
}

/** What `auto` takes, and what was planned. */
function planText({ results }: BenchRun, { name, auto }: CaseFacts): string[] {
  const plan = results.find(
    (item) => item.case === name && item.strategy === 'incremental' && item.executor === 'webgpu',
  );
  const loop = results.find((item) => item.case === name && item.strategy === 'masked-loop');
  const lines = [`  auto: ${titleOf({ strategy: 'incremental', executor: auto.executor })}; ${auto.reason}`];
  if (!plan) return lines;
  const parts = [
    `${plan.dispatches ?? '?'} dispatches`,
    ...(plan.bytes === null ? [] : [`${formatAmount(plan.bytes)} bytes`]),
    ...(plan.operations === null ? [] : [`${formatAmount(plan.operations)} multiply-adds`]),
  ];
  const loopText = loop?.operations ? `; the loop: ${formatAmount(loop.operations)} multiply-adds` : '';
  return [...lines, `  plan on WebGPU: ${parts.join(', ')}${loopText}`];
}

function partsText(run: BenchRun, { name }: CaseFacts): string[] {
  const parts = gainParts(run, name);
  if (!parts) return [];
  const { total, kernels, algorithm, planned } = parts;
  const operations = planned === null ? '' : `, with ${formatRatio(planned)} fewer multiply-adds`;
  return [
    `  ${formatRatio(total).padStart(8)} against the loop in TF.js on WebGPU = ${formatRatio(kernels)} by better kernels, ${formatRatio(algorithm)} by the algorithm${operations}`,
  ];
}
