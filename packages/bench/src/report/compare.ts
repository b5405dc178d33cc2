import Table from 'cli-table3';
import { differs, FEWEST_VALUES } from '../measure/statistics.ts';
import type { BenchResult, BenchRun } from '../results/result.ts';
import { formatRatio, formatTime } from './format.ts';
import { titleOf } from './titles.ts';

/** A row that two runs have in common. */
export interface ComparedRow {
  readonly before: BenchResult;
  readonly after: BenchResult;
  /** after / before */
  readonly ratio: number;
  /** `slower` and `faster` only beyond the spread of the two samples, see `differs`. */
  readonly verdict: 'slower' | 'faster' | 'within the spread' | 'too few rounds';
}

/** Pairs the rows of two runs, in the order of the first. */
export function compareRuns(
  before: Pick<BenchRun, 'results'>,
  after: Pick<BenchRun, 'results'>,
): ComparedRow[] {
  return before.results.flatMap((old) => {
    const now = after.results.find((result) => keyOf(result) === keyOf(old));
    if (!now) return [];
    const ratio = now.medianMs / old.medianMs;
    const isKnown = Math.min(old.rounds, now.rounds) >= FEWEST_VALUES;
    const isApart = differs(summaryOf(old), summaryOf(now));
    return [
      {
        before: old,
        after: now,
        ratio,
        verdict: isKnown
          ? !isApart
            ? 'within the spread'
            : ratio > 1
              ? 'slower'
              : 'faster'
          : 'too few rounds',
      },
    ];
  });
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
      titleOf(old),
      withSpread(old),
      withSpread(now),
      formatRatio(ratio),
      verdict === 'within the spread' ? '' : verdict,
    ]);
  }
  const count = (verdict: ComparedRow['verdict']): number =>
    rows.filter((row) => row.verdict === verdict).length;
  const only = before.results.length + after.results.length - 2 * rows.length;
  return [
    `before: ${machineOf(before)}`,
    `after:  ${machineOf(after)}`,
    table.toString(),
    `${rows.length} rows in both: ${count('slower')} slower, ${count('faster')} faster, ${count('within the spread')} within the spread, ${count('too few rounds')} with too few rounds to tell` +
      (only === 0 ? '.' : `; ${only} in one of the two only.`),
  ].join('\n');
}

function summaryOf({ quartilesMs, rounds }: BenchResult): {
  quartiles: readonly [number, number];
  count: number;
} {
  return { quartiles: quartilesMs, count: rounds };
}

function keyOf({ case: name, strategy, executor, batch }: BenchResult): string {
  return JSON.stringify([name, strategy, executor, batch]);
}

function withSpread({ medianMs, quartilesMs }: BenchResult): string {
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
