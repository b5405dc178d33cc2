import {
  createExplainer,
  type ExplainedInput,
  type Explainer,
  type ExplainOptions,
  type ExplanationResult,
} from '@ablation-cam/xai';
import { weightDifference } from '@ablation-cam/xai/metrics';
import type { NetworkSource } from '@ablation-cam/model';
import { median } from '../median.ts';
import { withProgress } from '../progress.ts';

/** The plan beside the naive loop, each timed after a warm-up. */
export interface NaiveComparison {
  /** Largest difference of a weight, as a fraction of the largest absolute weight. */
  readonly maxRelativeDifference: number;
  /** From the call to the result, naive loop. */
  readonly naiveMs: number;
  /** From the call to the result, planned. */
  readonly plannedMs: number;
  /** The ablation by masking the target's output and running only what follows it, on the fastest backend. */
  readonly tailLoopMs: number;
  readonly tailLoopBackend: string;
  /** The planned ablation alone, to be held against `tailLoopMs`. */
  readonly ablationMs: number;
}

/** Runs that a quick strategy is timed by; the median counts. */
const REPEATS = 5;

/** A run of the naive loop that takes longer is timed once. */
const QUICK_MS = 500;

type Run = () => Promise<ExplanationResult>;

/**
 * Runs the naive loop, and the plan again, on the same input.
 *
 * @param result of Ablation-CAM on one layer, with the same options
 */
export async function compareWithNaive(
  source: NetworkSource,
  input: ExplainedInput,
  options: ExplainOptions<'ablation-cam'>,
  result: ExplanationResult,
  silent: boolean,
): Promise<NaiveComparison> {
  // Scores that are read back for nobody would be timed with the rest.
  const explainer = await createExplainer(source, {
    ...options,
    strategy: 'planned',
    ablatedScores: false,
  });
  try {
    const planned: Run = () => explainer.explain(input);
    const explained = result.settings?.strategy === 'naive' ? await planned() : result;
    const plannedRuns = await repeat(REPEATS, planned);
    const naive = await withProgress(
      { label: 'naive loop', total: result.channels ?? 1, silent },
      (onProgress) => explainer.explain(input, { strategy: 'naive', onProgress }),
    );
    const tail = await fastestTailLoop(explainer, input, result, silent);
    return {
      maxRelativeDifference: weightDifference(explained, naive),
      naiveMs: naive.timings.totalMs,
      plannedMs: median(plannedRuns.map(({ timings }) => timings.totalMs)),
      ablationMs: median(plannedRuns.map(({ timings }) => timings.weightsMs)),
      ...tail,
    };
  } finally {
    await explainer.dispose();
  }
}

/**
 * The masked loop on the tail, on each backend worth trying: WebGPU only on hardware, since a software adapter is
 * slower than WASM at every layer.
 */
async function fastestTailLoop(
  explainer: Explainer<'ablation-cam'>,
  input: ExplainedInput,
  { adapter, channels }: ExplanationResult,
  silent: boolean,
): Promise<{ tailLoopMs: number; tailLoopBackend: string }> {
  const hasHardware = adapter !== null && !adapter.software;
  let fastest = { tailLoopMs: Infinity, tailLoopBackend: '' };
  for (const backend of hasHardware ? (['wasm', 'webgpu'] as const) : (['wasm'] as const)) {
    // What the masked value is, is of no matter for the time.
    const masked = { backend, ablation: 'zero', strategy: 'naive' } as const;
    const progress = { label: `tail loop, ${backend}`, total: channels ?? 1, silent };
    const warmUp = await withProgress(progress, (onProgress) =>
      explainer.explain(input, { ...masked, onProgress }),
    );
    const runs = await repeat(warmUp.timings.weightsMs < QUICK_MS ? REPEATS : 1, () =>
      explainer.explain(input, masked),
    );
    const tailLoopMs = median(runs.map(({ timings }) => timings.weightsMs));
    if (tailLoopMs < fastest.tailLoopMs) fastest = { tailLoopMs, tailLoopBackend: backend };
  }
  return fastest;
}

async function repeat<T>(times: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await run());
  return results;
}
