import Table from 'cli-table3';
import { differs, FEWEST_VALUES } from '../measure/statistics.ts';
import type { BenchResult, BenchRun, DataSetResult, EndToEndResult, Spread } from '../results/result.ts';
import { ENGINE_TITLES } from '../open-case/engine.ts';
import { formatRatio, formatTime } from './format.ts';
import { titleOf } from './titles.ts';

/** What is compared of a row: a strategy on a case, or one of the times of a whole network. */
export interface ComparedTime extends Spread {
  readonly case: string;
  readonly title: string;
  readonly rounds: number;
}

/** A row that two runs have in common. */
export interface ComparedRow {
  readonly before: ComparedTime;
  readonly after: ComparedTime;
  /** after / before */
  readonly ratio: number;
  /** `slower` and `faster` only beyond the spread of the two samples, see `differs`. */
  readonly verdict: 'slower' | 'faster' | 'within the spread' | 'too few rounds';
}

type Compared = Pick<BenchRun, 'results' | 'endToEnd' | 'dataSets'>;

/** Pairs the rows of two runs, in the order of the first: strategies, whole networks, data sets. */
export function compareRuns(before: Compared, after: Compared): ComparedRow[] {
  const now = timesOf(after);
  return [...timesOf(before)].flatMap(([key, old]) => {
    const found = now.get(key);
    return found
      ? [{ before: old, after: found, ratio: found.medianMs / old.medianMs, verdict: verdictOf(old, found) }]
      : [];
  });
}

/** Every time of a run by what tells it from the others. */
function timesOf({ results, endToEnd, dataSets }: Compared): Map<string, ComparedTime> {
  return new Map([
    ...results.map((result) => [keyOf(result), { ...result, title: titleOf(result) }] as const),
    ...endToEnd.flatMap(networkTimes),
    ...dataSets.flatMap(dataSetTimes),
  ]);
}

function networkTimes(result: EndToEndResult): (readonly [string, ComparedTime])[] {
  const { case: name, engine, rounds, forward, ablationCam, gradCam } = result;
  return Object.entries({ prediction: forward, 'Ablation-CAM': ablationCam, 'Grad-CAM': gradCam }).map(
    ([what, spread]) => [
      JSON.stringify(['network', name, engine, what]),
      { ...spread, case: name, rounds, title: `${what} of the network, ${ENGINE_TITLES[engine]}` },
    ],
  );
}

function dataSetTimes(result: DataSetResult): (readonly [string, ComparedTime])[] {
  const { case: name, rounds, alone, explainSet } = result;
  return Object.entries({ 'explainer alone': alone, 'explain-set': explainSet }).map(([what, spread]) => [
    JSON.stringify(['data set', name, what]),
    { ...spread, case: name, rounds, title: `${what}, a sample` },
  ]);
}

function verdictOf(before: ComparedTime, after: ComparedTime): ComparedRow['verdict'] {
  if (Math.min(before.rounds, after.rounds) < FEWEST_VALUES) return 'too few rounds';
  if (!differs(summaryOf(before), summaryOf(after))) return 'within the spread';
  return after.medianMs > before.medianMs ? 'slower' : 'faster';
}

/** Both runs side by side, with what got slower beyond the spread, as text for a terminal. */
export function renderComparison(before: BenchRun, after: BenchRun): string {
  const rows = compareRuns(before, after);
  const table = new Table({
    head: ['case', 'strategy', 'before', 'after', 'after / before', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const { before: old, after: now, ratio, verdict } of rows) {
    table.push([
      old.case,
      old.title,
      withSpread(old),
      withSpread(now),
      formatRatio(ratio),
      verdict === 'within the spread' ? '' : verdict,
    ]);
  }
  const count = (verdict: ComparedRow['verdict']): number =>
    rows.filter((row) => row.verdict === verdict).length;
  const only = timesOf(before).size + timesOf(after).size - 2 * rows.length;
  return [
    `before: ${machineOf(before)}`,
    `after:  ${machineOf(after)}`,
    table.toString(),
    `${rows.length} rows in both: ${count('slower')} slower, ${count('faster')} faster, ${count('within the spread')} within the spread, ${count('too few rounds')} with too few rounds to tell` +
      (only === 0 ? '.' : `; ${only} in one of the two only.`),
  ].join('\n');
}

function summaryOf({ quartilesMs, rounds }: ComparedTime): {
  quartiles: readonly [number, number];
  count: number;
} {
  return { quartiles: quartilesMs, count: rounds };
}

function keyOf({ case: name, strategy, executor, batch }: BenchResult): string {
  return JSON.stringify([name, strategy, executor, batch]);
}

function withSpread({ medianMs, quartilesMs }: ComparedTime): string {
  return `${formatTime(medianMs)} [${quartilesMs.map(formatTime).join(' - ')}]`;
}

function machineOf({ environment }: BenchRun): string {
  const { adapter, runtime, cores, date, commit, load } = environment;
  return [
    adapter?.description ?? 'no adapter',
    runtime,
    `${cores} cores`,
    ...(load === null ? [] : [`load ${load.toFixed(1)}`]),
    ...(commit === null ? [] : [`commit ${commit}`]),
    date,
  ].join(', ');
}
