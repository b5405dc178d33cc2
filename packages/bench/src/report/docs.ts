import type { BenchRun, CaseFacts } from '../results/result.ts';
import { COLUMNS as RESULT_COLUMNS, LEGEND } from './columns.ts';
import { DATA_SET_LEGEND, dataSetRows } from './data-sets.ts';
import { END_TO_END_LEGEND, endToEndRows, headlineRows } from './end-to-end.ts';
import { digits, formatRatio, formatTime } from './format.ts';
import { gainParts, oursByAuto, ratiosOf, type RatioName } from './ratios.ts';
import { titleOf } from './titles.ts';

/** A committed results file. */
export interface NamedRun {
  /** Of the device, from the file's name. */
  readonly device: string;
  readonly run: BenchRun;
}

const RATIO_COLUMNS: readonly RatioName[] = [
  'fastest other',
  'loop, TF.js WASM',
  'Grad-CAM',
  'loop, ONNX Runtime',
  'plan, TF.js WASM',
  'loop, TF.js WebGPU',
  'loop, our kernels',
  'Grad-CAM, TF.js WebGPU',
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
channel - in every run.

How to read the ratios, each the other strategy's time divided by ours on the same tail; below 1x the other one is faster:

- **fastest other**, **loop, TF.js WASM** and **Grad-CAM** are what a user gains on that machine: ours runs on the executor that
  the library takes there by itself (\`executor: 'auto'\`, named in the column "ours"), Grad-CAM on its faster backend.
- **loop, ONNX Runtime** is the gain of the algorithm there: ours and the loop run on ONNX Runtime. **plan, TF.js WASM** is what
  ONNX Runtime gains: the same plan on TensorFlow.js's WASM kernels and on ONNX Runtime's.
- **loop, TF.js WebGPU**, **loop, our kernels** and **Grad-CAM, TF.js WebGPU** compare on the same adapter: ours runs on WebGPU too.
- **loop, our kernels** is the gain of the algorithm: the same kernels, K passes against one plan. The rest of the gain against
  TensorFlow.js's loop is better kernels. The second table of each device multiplies the two; beside them it has how many
  fewer multiply-adds the algorithm needs. It gains less than that where a plan's few dispatches are so small that starting
  them takes the time, and more where the loop's are.
- Both loops over the tail queue all their passes and read all scores at the end, which is the best that a loop can do. Where
  passes are short, the second table also has the loop on our kernels as loops are usually written: **each pass awaited**, its
  score read before the next one begins.

A software adapter is a CPU that plays the GPU: times compare with each other on that machine, not with hardware. TensorFlow.js's
WebGPU kernels are very slow there, so that a ratio against them says little about hardware; its WASM kernels are the
strong opponent. The one map of an input, which a second small dispatch makes on hardware, the CPU makes itself there, in our
plans and at the end of the loops on our kernels.

Kernels use two features of a device where it has them: \`timestamp-query\`, to time passes, and \`subgroups\` with WGSL's
\`subgroup_id\`, to hand sums over in. Asked of the adapters at hand, all three on SwiftShader: Dawn in Node and Chromium 147 name
\`subgroups\`, of 4 threads, and no \`shader-f16\`, with Dawn's toggle \`allow_unsafe_apis\` as without. wgpu in Deno names neither; asked
for \`subgroups\` all the same it gives a device, whose compiler refuses \`enable subgroups\`. So sums in subgroups are tested on Dawn
and Chromium. Kernels of networks that were published in half precision lie in 16 bits a weight without that feature, where each weight
comes back as it was: \`unpack2x16float\` is part of every WebGPU. The wide layout reads them so: of VGG16 behind its last block that
leaves 247 of 495 MB, by the launch report 3.3 instead of 4.6 ms on a desktop GPU.

These are the results files of \`packages/bench/results\`, one a device. A further device, or newer numbers, on a machine that does
nothing else meanwhile:

\`\`\`sh
pnpm bench --full --json packages/bench/results/NAME.json   # under 15 minutes without a GPU
pnpm bench --end-to-end --json packages/bench/results/NAME-networks.json   # whole networks, under 6 minutes
pnpm bench --data-sets --json packages/bench/results/NAME-data-sets.json   # the command explain-set, some minutes
pnpm bench --docs                                           # writes this page and the table of the README
\`\`\`

On a linux x64 machine with a graphics card and without this checkout, nothing has to be installed but the card's Vulkan driver.
\`pnpm bench --pack bench.tgz\` writes an archive of under 60 MB; there

\`\`\`sh
tar xf bench.tgz
./check results      # under 9 minutes: the kernels' tests in both layouts, 500 random models, bench --full within 4 minutes
./bench --full --json NAME.json                             # without a limit of time
\`\`\`

Each part of \`check\` is a process of its own with its limit of time. What it printed, the bench's results so far and
\`report.txt\`, which says how each part ended, are in the folder \`results\` whatever happens to a later one. To have the numbers of a
device here, attach \`results.json\` and \`report.txt\` to an issue of the repository, or put the former into \`packages/bench/results\`
under the device's name, run \`pnpm bench --docs\`, and open a pull request.

In the tables of every number:

${[...LEGEND, ...END_TO_END_LEGEND, ...DATA_SET_LEGEND].map((line) => `- ${line.replaceAll('*', '\\*').replaceAll('|', '\\|')}`).join('\n')}`;

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
    ...(cases.length === 0 ? [] : [ratioTable(run)]),
    ...partsTable(run),
    ...wholeTable('Whole networks:', run.endToEnd, endToEndRows),
    ...wholeTable('Data sets:', run.dataSets, dataSetRows),
    ...cases.map((item) => caseDetails(run, item)),
    ...run.skipped.map(({ case: name, reason }) => `### ${name}\n\nNot measured: ${reason}.`),
  ].join('\n\n');
}

/** One row a case: our time and the ratios. */
export function ratioTable(run: BenchRun): string {
  const rows = run.cases.flatMap((facts) => {
    const ratios = ratiosOf(run, facts.name).filter(({ ours }) => ours.strategy === 'incremental');
    const ours = oursByAuto(run, facts.name);
    if (!ours) return [];
    const columns = RATIO_COLUMNS.map((name) => {
      const found = ratios.find(({ against }) => against === name);
      return found ? formatRatio(found.ratio) : '';
    });
    return [
      [facts.title, String(facts.channels), `${formatTime(ours.medianMs)} (${ours.executor})`, ...columns],
    ];
  });
  return markdownTable(['case', 'K', 'ours', ...RATIO_COLUMNS], rows);
}

/** A table of what is no strategy on a case; none where there is nothing. */
function wholeTable<Result>(
  title: string,
  results: readonly Result[],
  rowsOf: (results: readonly Result[]) => { readonly head: string[]; readonly rows: string[][] },
): string[] {
  if (results.length === 0) return [];
  const { head, rows } = rowsOf(results);
  return [
    title,
    markdownTable(
      head.map((name) => name.replaceAll('|', '\\|')),
      rows,
    ),
  ];
}

/** One row a case for which all three are known: kernels x algorithm = the gain. */
function partsTable(run: BenchRun): string[] {
  const rows = run.cases.flatMap(({ name, title }) => {
    const parts = gainParts(run, name);
    if (!parts) return [];
    const { total, kernels, algorithm, planned, algorithmAwaited } = parts;
    const others = [planned, algorithmAwaited].map((ratio) => (ratio === null ? '' : formatRatio(ratio)));
    return [[title, ...[total, kernels, algorithm].map(formatRatio), ...others]];
  });
  const head = [
    'case',
    'loop, TF.js WebGPU',
    '= better kernels',
    'x algorithm',
    'fewer multiply-adds',
    'algorithm, each pass awaited',
  ];
  return rows.length === 0
    ? []
    : ['What the gain against the loop in TensorFlow.js on WebGPU is made of:', markdownTable(head, rows)];
}

function caseDetails(run: BenchRun, { name, title, predictions, auto }: CaseFacts): string {
  const results = run.results.filter((result) => result.case === name);
  const rows = results.map((result) => RESULT_COLUMNS.map(({ cell }) => cell(result, run)));
  const refused = run.untimed
    .filter((item) => item.case === name)
    .map((item) => `- not timed: ${titleOf(item)}: ${item.reason}`);
  const [least, most] = predictions;
  const range =
    least === most
      ? `prediction ${least.toFixed(5)}`
      : `predictions ${least.toFixed(3)} to ${most.toFixed(3)}`;
  return [
    `### ${name}`,
    `${title}; ${range}. \`auto\` takes ${titleOf({ strategy: 'incremental', executor: auto.executor })}: ${auto.reason}.`,
    ...(rows.length === 0
      ? []
      : [
          markdownTable(
            RESULT_COLUMNS.map(({ head }) => head.replaceAll('|', '\\|')),
            rows,
          ),
        ]),
    ...(refused.length === 0 ? [] : [refused.join('\n')]),
  ].join('\n\n');
}

/** The README with its table of whole networks replaced, one for each machine; unchanged where it has no markers. */
export function readmeWithTable(readme: string, runs: readonly NamedRun[]): string {
  const tables = [...mostNetworks(runs)].flatMap(([machine, results]) => {
    const { head, rows } = headlineRows(results);
    return rows.length === 0 ? [] : [`${machine}:\n\n${markdownTable(head, rows)}`];
  });
  return betweenMarkers(readme, 'headline', tables.join('\n\n'));
}

/** Of each machine the run with the most whole networks. */
function mostNetworks(runs: readonly NamedRun[]): Map<string, BenchRun['endToEnd']> {
  const most = new Map<string, BenchRun['endToEnd']>();
  for (const {
    run: { endToEnd, environment },
  } of runs) {
    const { adapter, cores, runtime } = environment;
    const machine = `${adapter?.description ?? 'no adapter'}, ${cores} cores, ${runtime}`;
    if (endToEnd.length > (most.get(machine)?.length ?? 0)) most.set(machine, endToEnd);
  }
  return most;
}

function betweenMarkers(text: string, marker: string, content: string): string {
  const start = `<!-- ${marker} -->`;
  const first = text.indexOf(start);
  const last = text.indexOf(`<!-- /${marker} -->`);
  return first < 0 || last < first
    ? text
    : `${text.slice(0, first + start.length)}\n\n${content}\n\n${text.slice(last)}`;
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
