import type { BenchResult, BenchRun } from '../results/result.ts';
import { formatAmount, formatPercent, formatTime, digits } from './format.ts';
import { titleOf } from './titles.ts';

/** A column of the tables of results. */
export interface Column {
  readonly head: string;
  readonly cell: (result: BenchResult, run: Pick<BenchRun, 'environment' | 'preparation'>) => string;
  /** Left out where a line has to fit a terminal. */
  readonly isExtra?: true;
}

/** What every report shows of a row, in this order. */
export const COLUMNS: readonly Column[] = [
  {
    head: 'strategy',
    cell: (result) => titleOf(result) + (result.ranOn === null ? '' : `: ${result.ranOn}`),
  },
  {
    head: 'time',
    cell: ({ medianMs, extrapolatedFrom }) =>
      `${formatTime(medianMs)}${extrapolatedFrom === null ? '' : ` *${extrapolatedFrom}`}`,
  },
  { head: 'quartiles', cell: ({ quartilesMs }) => quartilesMs.map(formatTime).join(' - ') },
  { head: 'rounds', cell: ({ rounds }) => String(rounds) },
  { head: 'GPU', cell: ({ gpuMs }) => orEmpty(gpuMs, formatTime) },
  {
    head: 'warm-up',
    cell: ({ case: name, strategy, executor }, { preparation }) => {
      const found = preparation.find(
        (item) => item.case === name && item.strategy === strategy && item.executor === executor,
      );
      return found ? formatTime(found.prepareMs + found.firstRunMs) : '';
    },
  },
  { head: 'max|dw|/max|w|', cell: ({ maxRelativeError }) => maxRelativeError.toExponential(1) },
  { head: 'dispatches', cell: ({ dispatches }) => orEmpty(dispatches, String) },
  {
    head: 'desktop GPU, estimated',
    cell: ({ estimatedMs }) => orEmpty(estimatedMs, formatTime),
    isExtra: true,
  },
  { head: 'bytes', cell: ({ bytes }) => orEmpty(bytes, formatAmount), isExtra: true },
  { head: 'multiply-adds', cell: ({ operations }) => orEmpty(operations, formatAmount), isExtra: true },
  {
    head: 'GB/s',
    cell: (result, run) => withShare(achieved(result).gigabytes, ceilingsOf(result, run)?.copyGBps),
  },
  {
    head: 'GFLOP/s',
    cell: (result, run) => withShare(achieved(result).gigaflops, ceilingsOf(result, run)?.multiplyAddGFLOPs),
  },
];

/** What a reader of the columns has to know. */
export const LEGEND: readonly string[] = [
  'Times are medians over interleaved rounds, from inputs where they are resident to the answer on the CPU; where a run takes less than 20 ms, a round is the median of as many as fill 20 ms. A strategy whose run takes long has one round, the one in which its answer was checked.',
  '*n: scaled up from n channels. GPU: time on the GPU by its own clock; estimated: what the launch report counts for a desktop GPU, wherever this was measured. Warm-up: preparing, compiling and the first run, no part of the time.',
  'max|dw|/max|w|: largest error against float64, relative to the largest weight; a strategy is timed only if that is at most 1e-4.',
  'Bytes and multiply-adds are what the plan says; GB/s and GFLOP/s are those divided by the time on the GPU, or to the answer where that is not known, with the share of the ceiling that was measured in the same run. A multiply-add is two FLOP.',
];

/** Rates by the GPU's time where it is known, otherwise by the time to the answer. */
export function achieved({ medianMs, gpuMs, bytes, operations }: BenchResult): {
  gigabytes: number | null;
  gigaflops: number | null;
} {
  const ms = gpuMs !== null && gpuMs > 0 ? gpuMs : medianMs;
  return {
    gigabytes: bytes === null ? null : bytes / ms / 1e6,
    gigaflops: operations === null ? null : (2 * operations) / ms / 1e6,
  };
}

/** What runs on the adapter is held against its ceilings. */
function ceilingsOf(
  { executor }: BenchResult,
  { environment }: Pick<BenchRun, 'environment'>,
): BenchRun['environment']['ceilings'] {
  return executor === 'webgpu' || executor === 'tfjs-webgpu' ? environment.ceilings : null;
}

function withShare(rate: number | null, ceiling: number | undefined): string {
  if (rate === null) return '';
  return ceiling === undefined ? digits(rate) : `${digits(rate)} (${formatPercent(rate / ceiling)})`;
}

function orEmpty(value: number | null, format: (value: number) => string): string {
  return value === null ? '' : format(value);
}
