import type { Preparation, Untimed } from '../results/result.ts';
import type {
  StrategyAnswer,
  ExecutorLabel,
  PreparedStrategy,
  BenchStrategy,
} from '../strategies/strategy.ts';
import { benchBackends, labels } from '../strategies/tfjs.ts';
import type { OpenCase } from '../open-case/open-case.ts';
import { LARGEST_RELATIVE_ERROR } from './agreement.ts';
import { countDispatches } from './count-dispatches.ts';
import type { Effort } from './effort.ts';
import type { Pace } from './pace.ts';
import { spread, type Reference } from './reference.ts';
import { refusalOf } from './refusals.ts';
import { MOMENT_MS, sampledChannels } from './schedule.ts';
import { summarize } from './statistics.ts';

/** A strategy that gave the right answer and may be timed. */
export interface Candidate {
  readonly strategy: BenchStrategy;
  readonly prepared: PreparedStrategy;
  readonly channels: readonly number[];
  /** The run whose answer was held against the reference; it also counts where no round followed. */
  readonly checked: TimedRun;
  /** What a run takes besides its passes, where it is scaled up. */
  readonly fixedMs: number;
  readonly maxRelativeError: number;
  readonly dispatches: number | null;
  readonly gpuMs: number | null;
  readonly times: number[];
}

interface TimedRun {
  readonly channels: readonly number[];
  readonly answer: StrategyAnswer;
  /** Dispatches that were encoded on the device. */
  readonly dispatches: number;
  readonly ms: number;
}

export interface QualifyOptions extends Pick<Effort, 'sampleMs' | 'longRunMs'> {
  readonly isQuick: boolean;
  /** Until when, by `performance.now()`, strategies with long runs are run. */
  readonly warmUpEnd: number;
  readonly pace: Pace;
}

const ON_ADAPTER: readonly ExecutorLabel[] = ['webgpu', 'tfjs-webgpu'];

/** Prepares a strategy, runs it until it is warm, and holds its answer against the reference. */
export async function qualify(
  opened: OpenCase,
  strategy: BenchStrategy,
  reference: Reference,
  options: QualifyOptions,
  preparation: Preparation[],
): Promise<Candidate | Untimed> {
  const { name, executor } = strategy;
  const key = { case: opened.benchCase.name, strategy: name, executor };
  const untimed = (reason: string, maxRelativeError: number | null = null): Untimed => ({
    ...key,
    reason,
    maxRelativeError,
  });
  const refused = strategy.refusal(opened, options.isQuick);
  if (refused !== null) return untimed(refused);
  const { longRunMs, warmUpEnd, pace } = options;
  const operations = strategy.shortestRun(opened);
  const isOurs = strategy.role === 'ours';
  const isLate = (ms: number): boolean => !isOurs && performance.now() + ms > warmUpEnd;
  const expectedMs = pace.expectedMs(strategy, operations);
  if (expectedMs > longRunMs && isLate((strategy.isWarm ? 1 : 2) * expectedMs)) {
    return untimed(`a run takes about ${seconds(expectedMs)}, more than this case has time for`);
  }
  // On an adapter most of the first run is compiling, and how long that takes is not known.
  if (ON_ADAPTER.includes(executor) && isLate(0)) return untimed('the time of this case was over');
  let prepared: PreparedStrategy | undefined;
  try {
    const start = performance.now();
    prepared = await strategy.prepare(opened);
    const prepareMs = performance.now() - start;
    const first = await timedRun(
      opened,
      prepared,
      prepared.isLoop ? [0] : spread(opened.channels, opened.channels),
    );
    preparation.push({ ...key, prepareMs, firstRunMs: first.ms });
    const isLong = first.ms > longRunMs;
    const isFirstEnough = isLong && strategy.isWarm === true;
    if (!isFirstEnough && isLong && isLate(first.ms)) {
      prepared.dispose();
      return untimed(`the time of this case was over after a first run of ${seconds(first.ms)}`);
    }
    const checked = isFirstEnough ? first : await warmRun(opened, prepared, options.sampleMs);
    const { channels, answer, dispatches } = checked;
    pace.learn(strategy, operations, checked.ms / shortestRuns(prepared, channels));
    const maxRelativeError = reference.errorOf(answer, channels);
    if (!(maxRelativeError <= LARGEST_RELATIVE_ERROR)) {
      prepared.dispose();
      const reason = `its answer differs from float64 by ${maxRelativeError.toExponential(1)} of the largest value`;
      return untimed(reason, maxRelativeError);
    }
    const scale = prepared.hasFixedDispatches
      ? 1
      : prepared.passes(opened.channels) / prepared.passes(channels.length);
    return {
      strategy,
      prepared,
      channels,
      checked,
      fixedMs: channels.length < opened.channels ? await fixedMsOf(opened, strategy) : 0,
      maxRelativeError,
      dispatches: answer.dispatches ?? (executor === 'tfjs-webgpu' ? Math.round(dispatches * scale) : null),
      gpuMs: await gpuMsOf(prepared),
      times: [],
    };
  } catch (error) {
    prepared?.dispose();
    const reason = refusalOf(error, executor);
    if (reason === null) throw error;
    return untimed(reason);
  }
}

/** How many times a run took what the shortest takes. */
function shortestRuns(prepared: PreparedStrategy, channels: readonly number[]): number {
  return prepared.isLoop ? prepared.passes(channels.length) / prepared.passes(1) : 1;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** Enough where a run is long; of short ones as many as fill a moment. */
const GPU_RUNS = 3;

/** Median time on the GPU. */
async function gpuMsOf(prepared: PreparedStrategy): Promise<number | null> {
  const times: number[] = [];
  const end = performance.now() + MOMENT_MS;
  while (times.length < GPU_RUNS || performance.now() < end) {
    const ms = (await prepared.timeOnGpu?.()) ?? null;
    if (ms === null) return null;
    times.push(ms);
  }
  return summarize(times).median;
}

async function timedRun(
  { runtime }: OpenCase,
  prepared: PreparedStrategy,
  channels: readonly number[],
): Promise<TimedRun> {
  const start = performance.now();
  const { result: answer, dispatches } = await countDispatches(runtime.device, () => prepared.run(channels));
  return { channels, answer, dispatches, ms: performance.now() - start };
}

/**
 * A run after the first; of a loop, over as many channels as take about `sampleMs`. Small runs say little of larger ones -
 * TensorFlow.js computes small tensors on the CPU, pipelines are compiled for new sizes - so that they are grown step by step.
 */
async function warmRun(opened: OpenCase, prepared: PreparedStrategy, sampleMs: number): Promise<TimedRun> {
  const { channels } = opened;
  if (!prepared.isLoop) return timedRun(opened, prepared, spread(channels, channels));
  for (let count = 1; ; count = Math.min(channels, 4 * count)) {
    const trial = await timedRun(opened, prepared, spread(count, channels));
    if (count < channels && 4 * trial.ms <= sampleMs) continue;
    const fitting = sampledChannels(trial.ms / count, channels, sampleMs);
    if (fitting === count) return trial;
    return timedRun(opened, prepared, spread(fitting, channels));
  }
}

/** What every run takes besides its passes, on TensorFlow.js's backends: an answer has to come back. */
async function fixedMsOf({ runtime }: OpenCase, { executor }: BenchStrategy): Promise<number> {
  const backend = benchBackends.find((name) => labels[name] === executor);
  return backend ? runtime.roundTripMs(backend) : 0;
}
