import Table from 'cli-table3';
import type { BenchResult, BenchRun, CaseFacts } from '../results/result.ts';
import { titleOf } from './titles.ts';
import { digits, formatPercent, formatRatio, formatTime } from './format.ts';
import { ratiosOf } from './ratios.ts';

const HEAD = [
  'strategy',
  'time to the answer',
  'quartiles',
  'GPU',
  'rounds',
  'max|dw|/max|w|',
  'dispatches',
  'GB/s',
  'GFLOP/s',
];

/** Everything a run has to say, as text for a terminal. */
export function renderTable(run: BenchRun): string {
  return [environmentText(run), ...run.cases.map((facts) => caseText(run, facts)), footnotes(run)].join(
    '\n\n',
  );
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

function caseText(run: BenchRun, facts: CaseFacts): string {
  const results = run.results.filter((result) => result.case === facts.name);
  const [least, most] = facts.predictions;
  const predictions = least === most ? least.toFixed(5) : `${least.toFixed(3)} to ${most.toFixed(3)}`;
  const table = new Table({
    head: HEAD,
    style: { head: [], border: [], compact: true },
    colAligns: ALIGNMENT,
  });
  for (const result of results) table.push(cells(run, result));
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
    ...ratios,
    ...untimed,
  ].join('\n');
}

const ALIGNMENT: ('left' | 'right')[] = ['left', ...HEAD.slice(1).map(() => 'right' as const)];

function cells({ environment }: BenchRun, result: BenchResult): string[] {
  const { medianMs, quartilesMs, gpuMs, rounds, maxRelativeError, dispatches, extrapolatedFrom } = result;
  const { gigabytes, gigaflops } = achieved(result);
  const ceilings =
    result.executor === 'webgpu' || result.executor === 'tfjs-webgpu' ? environment.ceilings : null;
  return [
    titleOf(result),
    `${formatTime(medianMs)}${extrapolatedFrom === null ? '' : ` *${extrapolatedFrom}`}`,
    quartilesMs.map(formatTime).join(' - '),
    gpuMs === null ? '' : formatTime(gpuMs),
    String(rounds),
    maxRelativeError.toExponential(1),
    dispatches === null ? '' : String(dispatches),
    withShare(gigabytes, ceilings?.copyGBps),
    withShare(gigaflops, ceilings?.multiplyAddGFLOPs),
  ];
}

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

function withShare(rate: number | null, ceiling: number | undefined): string {
  if (rate === null) return '';
  return ceiling === undefined ? digits(rate) : `${digits(rate)} (${formatPercent(rate / ceiling)})`;
}

function footnotes({ results }: BenchRun): string {
  const lines = [
    'Times are medians over interleaved rounds, from inputs where they are resident to the answer on the CPU; a multiply-add is two operations.',
    'A strategy is timed only if its answer is within 1e-4 of the largest weight of the float64 reference.',
  ];
  if (results.some(({ extrapolatedFrom }) => extrapolatedFrom !== null)) {
    lines.push('*n: scaled up from n channels.');
  }
  return lines.join('\n');
}
