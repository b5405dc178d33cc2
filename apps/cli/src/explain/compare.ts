import type * as tf from '@tensorflow/tfjs';
import type { ModelInput } from '@ablation-cam/model';
import { ablationCam, type AblationCamOptions, type AblationCamResult } from '@ablation-cam/xai';
import { startProgress } from '../progress.ts';

/** The single dispatch beside the naive loop, each timed after a warm-up. */
export interface Comparison {
  /** Largest difference of a weight, as a fraction of the largest absolute weight. */
  readonly maxRelativeDifference: number;
  /** From the call to the result, naive loop. */
  readonly naiveMs: number;
  /** From the call to the result, single dispatch. */
  readonly singleDispatchMs: number;
  /** The ablation by masking the target's output and running only what follows it, on the fastest backend. */
  readonly tailLoopMs: number;
  readonly tailLoopBackend: string;
  /** The ablation of the single dispatch, to be held against `tailLoopMs`. */
  readonly ablationMs: number;
}

/** Runs that a quick strategy is timed by; the median counts. */
const REPEATS = 5;

/** Runs the naive loop, and the single dispatch again, on the same input. */
export async function compareWithNaive(
  model: tf.LayersModel,
  input: ModelInput,
  options: AblationCamOptions,
  result: AblationCamResult,
  silent: boolean,
): Promise<Comparison> {
  const fast = { ...options, strategy: 'single-dispatch' } as const;
  const explained = result.strategy === 'naive' ? await ablationCam(model, input, fast) : result;
  const fastRuns = await repeat(REPEATS, () => ablationCam(model, input, fast));

  const naive = await naiveRun('naive loop', model, input, options, result.channels, silent);
  const tail = await fastestTailLoop(model, input, options, result, silent);
  return {
    maxRelativeDifference: largestDifference(explained, naive),
    naiveMs: naive.timings.totalMs,
    singleDispatchMs: median(fastRuns.map(({ timings }) => timings.totalMs)),
    ablationMs: median(fastRuns.map(({ timings }) => timings.ablationMs)),
    ...tail,
  };
}

async function naiveRun(
  label: string,
  model: tf.LayersModel,
  input: ModelInput,
  options: AblationCamOptions,
  channels: number,
  silent: boolean,
): Promise<AblationCamResult> {
  const progress = startProgress({ label, total: channels, silent });
  try {
    return await ablationCam(model, input, {
      ...options,
      strategy: 'naive',
      onProgress: (done) => {
        progress.update(Math.round(channels * done));
      },
    });
  } finally {
    progress.stop();
  }
}

/**
 * The masked loop on the tail, on each backend worth trying: WebGPU only on hardware, since a software adapter is
 * slower than WASM at every layer.
 */
async function fastestTailLoop(
  model: tf.LayersModel,
  input: ModelInput,
  options: AblationCamOptions,
  result: AblationCamResult,
  silent: boolean,
): Promise<{ tailLoopMs: number; tailLoopBackend: string }> {
  const hasHardware = result.adapter !== null && !result.adapter.software;
  let fastest = { tailLoopMs: Infinity, tailLoopBackend: '' };
  for (const backend of hasHardware ? (['wasm', 'webgpu'] as const) : (['wasm'] as const)) {
    // What the masked value is, is of no matter for the time.
    const masked = { ...options, backend, ablation: 'zero' } as const;
    const run = (): Promise<AblationCamResult> =>
      naiveRun(`tail loop, ${backend}`, model, input, masked, result.channels, silent);
    const warmUp = await run();
    const runs = await repeat(warmUp.timings.ablationMs < 500 ? REPEATS : 1, () =>
      ablationCam(model, input, { ...masked, strategy: 'naive' }),
    );
    const tailLoopMs = median(runs.map(({ timings }) => timings.ablationMs));
    if (tailLoopMs < fastest.tailLoopMs) fastest = { tailLoopMs, tailLoopBackend: backend };
  }
  return fastest;
}

function largestDifference(a: AblationCamResult, b: AblationCamResult): number {
  let largest = 0;
  let difference = 0;
  a.explanations.forEach(({ weights }, index) => {
    const others = b.explanations[index]?.weights;
    weights.forEach((weight, k) => {
      const other = others?.[k] ?? NaN;
      largest = Math.max(largest, Math.abs(other));
      difference = Math.max(difference, Math.abs(weight - other));
    });
  });
  return largest === 0 ? difference : difference / largest;
}

async function repeat<T>(times: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await run());
  return results;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
