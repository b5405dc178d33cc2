import type { BenchResult, BenchRun } from '../results/result.ts';

/** How many times longer another strategy takes than ours on the same case, from the same start. */
export interface Ratio {
  readonly against: RatioName;
  readonly ratio: number;
  /** What was compared. */
  readonly ours: BenchResult;
  readonly other: BenchResult;
}

export type RatioName =
  | 'fastest other'
  | 'loop, TF.js WebGPU'
  | 'loop, TF.js WASM'
  | 'loop, our kernels'
  | 'Grad-CAM'
  | 'one forward pass';

interface Comparison {
  readonly against: RatioName;
  readonly ours: string;
  readonly matches: (result: BenchResult) => boolean;
}

const is =
  (strategies: readonly string[], executor?: string) =>
  ({ strategy, executor: own }: BenchResult): boolean =>
    strategies.includes(strategy) && (executor === undefined || own === executor);

/** Other ways from the activation to the same answer. */
const OTHERS = ['masked-loop', 'one-batch', 'own-loop'];

/** The tail alone is compared with the tail alone, whole networks with whole networks. */
const COMPARISONS: readonly Comparison[] = [
  { against: 'fastest other', ours: 'incremental', matches: is(OTHERS) },
  { against: 'loop, TF.js WebGPU', ours: 'incremental', matches: is(['masked-loop'], 'tfjs-webgpu') },
  { against: 'loop, TF.js WASM', ours: 'incremental', matches: is(['masked-loop'], 'tfjs-wasm') },
  { against: 'loop, our kernels', ours: 'incremental', matches: is(['own-loop']) },
  { against: 'Grad-CAM', ours: 'incremental', matches: is(['tail-grad-cam']) },
  { against: 'fastest other', ours: 'ablation-cam', matches: is(['report-loop']) },
  { against: 'Grad-CAM', ours: 'ablation-cam', matches: is(['grad-cam']) },
  { against: 'one forward pass', ours: 'ablation-cam', matches: is(['forward-pass']) },
];

/** Every ratio that the results of a case allow: our fastest executor against the fastest match. */
export function ratiosOf({ results }: Pick<BenchRun, 'results'>, caseName: string): Ratio[] {
  const own = results.filter((result) => result.case === caseName);
  return COMPARISONS.flatMap(({ against, ours, matches }) => {
    const mine = fastest(own.filter(({ strategy }) => strategy === ours));
    const other = fastest(own.filter(matches));
    return mine && other ? [{ against, ratio: other.medianMs / mine.medianMs, ours: mine, other }] : [];
  });
}

/** The ratio to the fastest other way to the same answer, from the activation where that was measured. */
export function headlineOf(run: Pick<BenchRun, 'results'>, caseName: string): Ratio | null {
  return ratiosOf(run, caseName).find(({ against }) => against === 'fastest other') ?? null;
}

export function fastest(results: readonly BenchResult[]): BenchResult | null {
  return results.reduce<BenchResult | null>(
    (best, result) => (best === null || result.medianMs < best.medianMs ? result : best),
    null,
  );
}
