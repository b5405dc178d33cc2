import { isExpectedRefusal } from './refusals.ts';
import { LARGEST_RELATIVE_ERROR } from './agreement.ts';
import { countDispatches } from './count-dispatches.ts';
import { referenceOf, spread, type Reference } from './reference.ts';
import { FEWEST_CHANNELS, fixedTime, isDue, plannedRounds, sampledChannels, scaledTime } from './schedule.ts';
import { summarize } from './statistics.ts';
import type { BenchResult, Preparation, Untimed } from '../results/result.ts';
import type { PreparedStrategy, Strategy } from '../strategies/strategy.ts';
import type { Subject } from '../subject/subject.ts';

export interface MeasureOptions {
  readonly rounds: number;
  readonly isQuick: boolean;
  /** The longest one timed run of a loop should take; loops run as many channels as fit. */
  readonly sampleMs: number;
  /** How long all rounds of one strategy should take. */
  readonly strategyMs: number;
  readonly signal: AbortSignal;
  /** Told of everything that is being done, in words. */
  readonly onStep: (what: string) => void;
}

export interface CaseMeasurement {
  readonly results: readonly BenchResult[];
  readonly untimed: readonly Untimed[];
  readonly preparation: readonly Preparation[];
  readonly probabilities: readonly number[];
}

/** A strategy that gave the right answer and may be timed. */
interface Candidate {
  readonly strategy: Strategy;
  readonly prepared: PreparedStrategy;
  readonly channels: readonly number[];
  /** What a run takes besides its passes, where it is scaled up. */
  readonly fixedMs: number;
  readonly rounds: number;
  readonly maxRelativeError: number;
  readonly dispatches: number | null;
  readonly times: number[];
  readonly gpuTimes: number[];
}

/**
 * Checks every strategy against float64, then times those that agree in interleaved rounds. An abort ends the rounds; what was
 * measured until then is returned.
 */
export async function measureCase(
  subject: Subject,
  strategies: readonly Strategy[],
  options: MeasureOptions,
): Promise<CaseMeasurement> {
  options.onStep('float64 reference');
  const reference = await referenceOf(subject);
  const untimed: Untimed[] = [];
  const preparation: Preparation[] = [];
  const candidates: Candidate[] = [];
  try {
    for (const strategy of strategies) {
      if (options.signal.aborted) break;
      options.onStep(`warm-up of ${strategy.name} on ${strategy.executor}`);
      const outcome = await qualify(subject, strategy, reference, options, preparation);
      if ('reason' in outcome) untimed.push(outcome);
      else candidates.push(outcome);
    }
    await runRounds(candidates, options);
  } finally {
    for (const { prepared } of candidates) prepared.dispose();
  }
  return {
    results: candidates.flatMap((candidate) => (candidate.times.length > 0 ? [row(subject, candidate)] : [])),
    untimed,
    preparation,
    probabilities: reference.probabilities,
  };
}

async function qualify(
  subject: Subject,
  strategy: Strategy,
  reference: Reference,
  options: MeasureOptions,
  preparation: Preparation[],
): Promise<Candidate | Untimed> {
  const { name, executor } = strategy;
  const key = { case: subject.benchCase.name, strategy: name, executor };
  const refused = strategy.refusal(subject, options.isQuick);
  if (refused !== null) return { ...key, reason: refused, maxRelativeError: null };
  let prepared: PreparedStrategy | undefined;
  try {
    const start = performance.now();
    prepared = await strategy.prepare(subject);
    const ready = performance.now();
    await prepared.run([0]);
    const warm = performance.now();
    preparation.push({ ...key, prepareMs: ready - start, firstRunMs: warm - ready });
    const count = prepared.isLoop
      ? await fittingChannels(prepared, subject.channels, options.sampleMs, warm - ready)
      : subject.channels;
    const channels = spread(count, subject.channels);
    const checked = performance.now();
    const { result: answer, dispatches } = await countDispatches(subject.runtime.device, () =>
      prepared!.run(channels),
    );
    const sampleMs = performance.now() - checked;
    const maxRelativeError = reference.errorOf(answer, channels);
    if (!(maxRelativeError <= LARGEST_RELATIVE_ERROR)) {
      prepared.dispose();
      const reason = `its answer differs from float64 by ${maxRelativeError.toExponential(1)} of the largest value`;
      return { ...key, reason, maxRelativeError };
    }
    const scale = prepared.passes(subject.channels) / prepared.passes(channels.length);
    const isPart = channels.length < subject.channels;
    return {
      strategy,
      prepared,
      channels,
      fixedMs: isPart ? await fixedMsOf(prepared, channels, sampleMs) : 0,
      rounds: plannedRounds(sampleMs, options),
      maxRelativeError,
      dispatches: answer.dispatches ?? (executor === 'tfjs-webgpu' ? Math.round(dispatches * scale) : null),
      times: [],
      gpuTimes: [],
    };
  } catch (error) {
    prepared?.dispose();
    if (!isExpectedRefusal(error)) throw error;
    return { ...key, reason: error.message, maxRelativeError: null };
  }
}

/**
 * How many channels of a loop take about `sampleMs`. Small runs say little of larger ones - TensorFlow.js computes small
 * tensors on the CPU, pipelines are compiled for new sizes - so that they are grown step by step.
 */
async function fittingChannels(
  prepared: PreparedStrategy,
  channels: number,
  sampleMs: number,
  firstRunMs: number,
): Promise<number> {
  // Where compiling was not what took the time, another run of one channel would tell nothing new.
  if (firstRunMs > 10 * sampleMs) return Math.min(FEWEST_CHANNELS, channels);
  for (let count = 1; ; count = Math.min(channels, 4 * count)) {
    const start = performance.now();
    await prepared.run(spread(count, channels));
    const ms = performance.now() - start;
    if (count === channels || 4 * ms > sampleMs) return sampledChannels(ms / count, channels, sampleMs);
  }
}

/** What a run takes besides its passes, from the run that was checked and one of a single channel. */
async function fixedMsOf(
  prepared: PreparedStrategy,
  channels: readonly number[],
  checkedMs: number,
): Promise<number> {
  const start = performance.now();
  await prepared.run(channels.slice(0, 1));
  const few = { passes: prepared.passes(1), ms: performance.now() - start };
  return fixedTime(few, { passes: prepared.passes(channels.length), ms: checkedMs });
}

/** Round after round, each strategy at most once in each: what slows the machine down meets all of them. */
async function runRounds(
  candidates: readonly Candidate[],
  { rounds, signal, onStep }: MeasureOptions,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const candidate of candidates) {
      if (signal.aborted) return;
      if (!isDue(round, candidate.rounds, rounds)) continue;
      onStep(`round ${round + 1} of ${rounds}: ${candidate.strategy.name} on ${candidate.strategy.executor}`);
      const start = performance.now();
      const { gpuMs } = await candidate.prepared.run(candidate.channels);
      candidate.times.push(performance.now() - start);
      if (gpuMs !== null) candidate.gpuTimes.push(gpuMs);
      // Timers and signals have their turn: WASM never leaves the thread.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

function row(subject: Subject, candidate: Candidate): BenchResult {
  const { strategy, prepared, channels, fixedMs, times, gpuTimes, maxRelativeError, dispatches } = candidate;
  const [run, all] = [prepared.passes(channels.length), prepared.passes(subject.channels)];
  const isPart = run < all;
  const { median, quartiles, count } = summarize(times.map((time) => scaledTime(time, fixedMs, run, all)));
  return {
    case: subject.benchCase.name,
    strategy: strategy.name,
    executor: strategy.executor,
    batch: subject.batch,
    medianMs: median,
    quartilesMs: quartiles,
    gpuMs: gpuTimes.length > 0 ? (summarize(gpuTimes).median * all) / run : null,
    rounds: count,
    maxRelativeError,
    dispatches,
    bytes: prepared.cost.bytes,
    operations: prepared.cost.operations,
    extrapolatedFrom: isPart ? channels.length : null,
  };
}
