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
  | 'loop, ONNX Runtime'
  | 'plan, TF.js WASM'
  | 'loop, our kernels'
  | 'loop, our kernels, each pass awaited'
  | 'Grad-CAM'
  | 'Grad-CAM, TF.js WebGPU'
  | 'one forward pass';

/** The part of a run that ratios are made from. */
export type Rated = Pick<BenchRun, 'results' | 'cases'>;

interface Comparison {
  readonly against: RatioName;
  /** `auto`: what the library chooses by itself. */
  readonly ours: 'auto' | ((result: BenchResult) => boolean);
  readonly other: (result: BenchResult) => boolean;
}

const is =
  (strategies: readonly string[], executor?: string) =>
  ({ strategy, executor: own }: BenchResult): boolean =>
    strategies.includes(strategy) && (executor === undefined || own === executor);

const oursOnWebGpu = is(['incremental'], 'webgpu');
const oursOnOnnxRuntime = is(['incremental'], 'onnxruntime');
const oursFromInput = is(['ablation-cam']);

/**
 * The tail alone is compared with the tail alone, whole networks with whole networks. What the user of a machine gains is
 * measured with the executor that `auto` chooses there; what the algorithm and the kernels gain, with ours against others on
 * the same engine.
 */
const COMPARISONS: readonly Comparison[] = [
  { against: 'fastest other', ours: 'auto', other: is(['masked-loop', 'one-batch', 'own-loop']) },
  { against: 'loop, TF.js WASM', ours: 'auto', other: is(['masked-loop'], 'tfjs-wasm') },
  { against: 'Grad-CAM', ours: 'auto', other: is(['tail-grad-cam']) },
  { against: 'loop, ONNX Runtime', ours: oursOnOnnxRuntime, other: is(['masked-loop'], 'onnxruntime') },
  { against: 'plan, TF.js WASM', ours: oursOnOnnxRuntime, other: is(['incremental'], 'tfjs') },
  { against: 'loop, TF.js WebGPU', ours: oursOnWebGpu, other: is(['masked-loop'], 'tfjs-webgpu') },
  { against: 'loop, our kernels', ours: oursOnWebGpu, other: is(['own-loop']) },
  { against: 'loop, our kernels, each pass awaited', ours: oursOnWebGpu, other: is(['awaited-loop']) },
  { against: 'Grad-CAM, TF.js WebGPU', ours: oursOnWebGpu, other: is(['tail-grad-cam'], 'tfjs-webgpu') },
  { against: 'fastest other', ours: oursFromInput, other: is(['report-loop']) },
  { against: 'Grad-CAM', ours: oursFromInput, other: is(['grad-cam']) },
  { against: 'one forward pass', ours: oursFromInput, other: is(['forward-pass']) },
];

/** Every ratio that the results of a case allow: the fastest of ours that qualify against the fastest of the others. */
export function ratiosOf(run: Rated, caseName: string): Ratio[] {
  const own = run.results.filter((result) => result.case === caseName);
  return COMPARISONS.flatMap(({ against, ours, other: isOther }) => {
    const mine = ours === 'auto' ? oursByAuto(run, caseName) : fastest(own.filter(ours));
    const other = fastest(own.filter(isOther));
    return mine && other ? [{ against, ratio: other.medianMs / mine.medianMs, ours: mine, other }] : [];
  });
}

/** Our plan on the executor that `auto` chooses; on the fastest where that one has no time. */
export function oursByAuto({ results, cases }: Rated, caseName: string): BenchResult | null {
  const plans = results.filter((item) => item.case === caseName && item.strategy === 'incremental');
  const auto = cases.find(({ name }) => name === caseName)?.auto.executor;
  return plans.find(({ executor }) => executor === auto) ?? fastest(plans);
}

/** What the gain against the loop in TensorFlow.js on WebGPU is made of: it is the product of two. */
export interface GainParts {
  readonly total: number;
  /** The same loop on TensorFlow.js's kernels and on ours. */
  readonly kernels: number;
  /** The loop and the plan, both on our kernels. */
  readonly algorithm: number;
  /** Likewise, of the loop that waits for each of its passes. */
  readonly algorithmAwaited: number | null;
  /** Multiply-adds of the loop divided by those of the plan. */
  readonly planned: number | null;
}

/** Null where one of the three was not timed. */
export function gainParts({ results }: Pick<BenchRun, 'results'>, caseName: string): GainParts | null {
  const found = (strategy: string, executor: string): BenchResult | undefined =>
    results.find(
      (item) => item.case === caseName && item.strategy === strategy && item.executor === executor,
    );
  const ours = found('incremental', 'webgpu');
  const ownLoop = found('own-loop', 'webgpu');
  const loop = found('masked-loop', 'tfjs-webgpu');
  if (!ours || !ownLoop || !loop) return null;
  const awaited = found('awaited-loop', 'webgpu');
  const [few, many] = [ours.operations, ownLoop.operations];
  return {
    total: loop.medianMs / ours.medianMs,
    kernels: loop.medianMs / ownLoop.medianMs,
    algorithm: ownLoop.medianMs / ours.medianMs,
    algorithmAwaited: awaited ? awaited.medianMs / ours.medianMs : null,
    planned: few !== null && many !== null && few > 0 ? many / few : null,
  };
}

export function fastest(results: readonly BenchResult[]): BenchResult | null {
  return results.reduce<BenchResult | null>(
    (best, result) => (best === null || result.medianMs < best.medianMs ? result : best),
    null,
  );
}
