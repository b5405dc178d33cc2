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
  | 'Grad-CAM, TF.js WebGPU'
  | 'one forward pass';

interface Comparison {
  readonly against: RatioName;
  readonly ours: (result: BenchResult) => boolean;
  readonly other: (result: BenchResult) => boolean;
}

const is =
  (strategies: readonly string[], executor?: string) =>
  ({ strategy, executor: own }: BenchResult): boolean =>
    strategies.includes(strategy) && (executor === undefined || own === executor);

const ours = is(['incremental']);
const oursOnWebGpu = is(['incremental'], 'webgpu');
const oursFromInput = is(['ablation-cam']);

/**
 * The tail alone is compared with the tail alone, whole networks with whole networks; what runs on the GPU with ours on the
 * GPU, the rest with the fastest of ours.
 */
const COMPARISONS: readonly Comparison[] = [
  { against: 'fastest other', ours, other: is(['masked-loop', 'one-batch', 'own-loop']) },
  { against: 'loop, TF.js WASM', ours, other: is(['masked-loop'], 'tfjs-wasm') },
  { against: 'loop, TF.js WebGPU', ours: oursOnWebGpu, other: is(['masked-loop'], 'tfjs-webgpu') },
  { against: 'loop, our kernels', ours: oursOnWebGpu, other: is(['own-loop']) },
  { against: 'Grad-CAM', ours, other: is(['tail-grad-cam']) },
  { against: 'Grad-CAM, TF.js WebGPU', ours: oursOnWebGpu, other: is(['tail-grad-cam'], 'tfjs-webgpu') },
  { against: 'fastest other', ours: oursFromInput, other: is(['report-loop']) },
  { against: 'Grad-CAM', ours: oursFromInput, other: is(['grad-cam']) },
  { against: 'one forward pass', ours: oursFromInput, other: is(['forward-pass']) },
];

/** Every ratio that the results of a case allow: the fastest of ours against the fastest of the others. */
export function ratiosOf({ results }: Pick<BenchRun, 'results'>, caseName: string): Ratio[] {
  const own = results.filter((result) => result.case === caseName);
  return COMPARISONS.flatMap(({ against, ours: isOurs, other: isOther }) => {
    const mine = fastest(own.filter(isOurs));
    const other = fastest(own.filter(isOther));
    return mine && other ? [{ against, ratio: other.medianMs / mine.medianMs, ours: mine, other }] : [];
  });
}

export function fastest(results: readonly BenchResult[]): BenchResult | null {
  return results.reduce<BenchResult | null>(
    (best, result) => (best === null || result.medianMs < best.medianMs ? result : best),
    null,
  );
}
