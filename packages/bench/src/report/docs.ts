import type { BenchRun, CaseFacts } from '../results/result.ts';
import { digits, formatRatio, formatTime } from './format.ts';
import { fastest, ratiosOf, type RatioName } from './ratios.ts';
import { titleOf } from './titles.ts';

/** A committed results file. */
export interface NamedRun {
  /** Of the device, from the file's name. */
  readonly device: string;
  readonly run: BenchRun;
}

const COLUMNS: readonly RatioName[] = [
  'fastest other',
  'loop, TF.js WASM',
  'loop, TF.js WebGPU',
  'loop, our kernels',
  'Grad-CAM',
];

/** `docs/benchmarks.md`: every committed run, with what its numbers mean. */
export function benchmarksPage(runs: readonly NamedRun[]): string {
  return `# Benchmarks

<!-- Written by \`pnpm bench --docs\` from packages/bench/results; do not edit. -->

${EXPLANATION}

${runs.map(deviceSection).join('\n\n')}
`;
}

const EXPLANATION = `\`pnpm bench\` times Ablation-CAM strategies against each other. A strategy is timed only if its answer agrees with a float64
reference to 1e-4 of the largest weight; the reference is itself held against the definition - the tail evaluated without a
channel - in every run. Times are medians of interleaved rounds, from inputs where they are resident to the answer on the CPU,
after a warm-up; compiling is not in them. Slow loops run some of their channels and are scaled up (marked \`*n\`).

How to read the ratios, each the other strategy's time divided by ours on the same tail:

- **against the fastest other strategy on the same machine** is what a user gains.
- **against the loop on our kernels**, where it was measured, is the gain of the algorithm: same kernels, K passes against one.
- **against the loops in TF.js** holds both: the algorithm, and the difference between kernels. On a software adapter TF.js's
  WebGPU kernels are very slow, so that this ratio says more about them than about the algorithm.
- **against Grad-CAM** says what exactness costs beside one gradient.

A software adapter is a CPU that plays the GPU: times compare with each other on that machine, not with hardware. Below 1x the
other strategy is faster.`;

function deviceSection({ device, run }: NamedRun): string {
  const { environment, cases } = run;
  const { adapter, ceilings } = environment;
  const facts = [
    `${adapter?.description ?? 'no WebGPU adapter'}${adapter?.software === true ? ' (software)' : ''}`,
    environment.runtime,
    `${environment.processor}, ${environment.cores} cores`,
    ...(environment.load === null ? [] : [`load ${environment.load.toFixed(1)} at the start`]),
    `${environment.set} run`,
    environment.date.slice(0, 10),
    ...(environment.commit === null ? [] : [`commit ${environment.commit}`]),
  ];
  return [
    `## ${device}`,
    `${facts.join('; ')}.`,
    ...(ceilings
      ? [
          `Ceilings measured in the same run: copy ${digits(ceilings.copyGBps)} GB/s, multiply-add ${digits(ceilings.multiplyAddGFLOPs)} GFLOP/s.`,
        ]
      : []),
    ratioTable(run),
    ...cases.map((item) => caseDetails(run, item)),
  ].join('\n\n');
}

/** One row a case: our time and the ratios. */
export function ratioTable(run: BenchRun): string {
  const rows = run.cases.flatMap((facts) => {
    const ratios = ratiosOf(run, facts.name).filter(({ ours }) => ours.strategy === 'incremental');
    const ours = fastest(
      run.results.filter((result) => result.case === facts.name && result.strategy === 'incremental'),
    );
    if (!ours) return [];
    const columns = COLUMNS.map((name) => {
      const found = ratios.find(({ against }) => against === name);
      return found ? formatRatio(found.ratio) : '';
    });
    return [
      [facts.title, String(facts.channels), `${formatTime(ours.medianMs)} (${ours.executor})`, ...columns],
    ];
  });
  return markdownTable(['case', 'K', 'ours', ...COLUMNS], rows);
}

function caseDetails(run: BenchRun, { name, title, predictions }: CaseFacts): string {
  const results = run.results.filter((result) => result.case === name);
  const rows = results.map((result) => {
    const { medianMs, quartilesMs, gpuMs, rounds, maxRelativeError, dispatches, extrapolatedFrom } = result;
    return [
      titleOf(result),
      `${formatTime(medianMs)}${extrapolatedFrom === null ? '' : ` *${extrapolatedFrom}`}`,
      quartilesMs.map(formatTime).join(' - '),
      gpuMs === null ? '' : formatTime(gpuMs),
      String(rounds),
      maxRelativeError.toExponential(1),
      dispatches === null ? '' : String(dispatches),
    ];
  });
  const refused = run.untimed
    .filter((item) => item.case === name && item.maxRelativeError !== null)
    .map((item) => `- not timed: ${titleOf(item)}: ${item.reason}`);
  const [least, most] = predictions;
  const range =
    least === most
      ? `prediction ${least.toFixed(5)}`
      : `predictions ${least.toFixed(3)} to ${most.toFixed(3)}`;
  return [
    `### ${name}`,
    `${title}; ${range}.`,
    ...(rows.length === 0
      ? []
      : [
          markdownTable(
            ['strategy', 'time', 'quartiles', 'GPU', 'rounds', 'max\\|dw\\|/max\\|w\\|', 'dispatches'],
            rows,
          ),
        ]),
    ...(refused.length === 0 ? [] : [refused.join('\n')]),
  ].join('\n\n');
}

const START = '<!-- bench -->';
const END = '<!-- /bench -->';

/** The README with its table replaced; unchanged where it has no markers. */
export function readmeWithTable(readme: string, runs: readonly NamedRun[]): string {
  const first = readme.indexOf(START);
  const last = readme.indexOf(END);
  if (first < 0 || last < first) return readme;
  const tables = runs.map(({ run }) => {
    const { adapter, cores, runtime } = run.environment;
    const machine = `${adapter?.description ?? 'no adapter'}, ${cores} cores, ${runtime}`;
    return `${machine}:\n\n${ratioTable({ ...run, cases: run.cases.filter(({ sweep }) => sweep === null) })}`;
  });
  return `${readme.slice(0, first + START.length)}\n\n${tables.join('\n\n')}\n\n${readme.slice(last)}`;
}

/** With cells padded to their column's width, as prettier writes tables. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) => Math.max(3, name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  );
}
