import type { BenchResult, Ceilings, Preparation, Untimed } from '../results/result.ts';
import type { BenchStrategy } from '../strategies/strategy.ts';
import type { OpenCase } from '../open-case/open-case.ts';
import type { Effort } from './effort.ts';
import { Pace } from './pace.ts';
import { qualify, type Candidate } from './qualify.ts';
import { referenceOf } from './reference.ts';
import { fillMoment, otherWork } from './moments.ts';
import { fittingRounds, isDue, roundMs, scaledTime } from './schedule.ts';
import { summarize } from './statistics.ts';

export interface MeasureOptions extends Omit<Effort, 'totalMs' | 'limitMs' | 'networkMs'> {
  readonly isQuick: boolean;
  /** Of the adapter, to foretell how long runs take. */
  readonly ceilings: Ceilings | null;
  /** When no further round begins, on the clock of `performance.now()`; what was measured until then is the result. */
  readonly end: number;
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

/** The share of a case's time after which slow strategies are left out, so that the others have their rounds. */
const WARM_UP_SHARE = 0.85;

/**
 * Checks every strategy against float64, then times those that agree in interleaved rounds. An abort ends the rounds, and so
 * does the end of the case's time; what was measured until then is returned.
 */
export async function measureCase(
  opened: OpenCase,
  strategies: readonly BenchStrategy[],
  options: MeasureOptions,
): Promise<CaseMeasurement> {
  const start = performance.now();
  options.onStep('float64 reference');
  const reference = await referenceOf(opened);
  const warmUpEnd = start + WARM_UP_SHARE * (options.end - start);
  const qualifying = { ...options, warmUpEnd, pace: new Pace(options.ceilings) };
  const untimed: Untimed[] = [];
  const preparation: Preparation[] = [];
  const candidates: Candidate[] = [];
  try {
    for (const strategy of strategies) {
      if (options.signal.aborted) break;
      options.onStep(`warm-up of ${strategy.name} on ${strategy.executor}`);
      const outcome = await qualify(opened, strategy, reference, qualifying, preparation);
      if ('reason' in outcome) untimed.push(outcome);
      else candidates.push(outcome);
      await otherWork();
    }
    await runRounds(candidates, options);
  } finally {
    for (const { prepared } of candidates) prepared.dispose();
  }
  return {
    results: candidates.map((candidate) => row(opened, candidate)),
    untimed,
    preparation,
    probabilities: reference.probabilities,
  };
}

/** Round after round, each strategy at most once in each: what slows the machine down meets all of them. */
async function runRounds(candidates: readonly Candidate[], options: MeasureOptions): Promise<void> {
  const { rounds, strategyMs, signal, onStep } = options;
  // Also where the warm-up took all of a case's time there are rounds of what is fast.
  const end = Math.max(options.end, performance.now() + strategyMs);
  const roundsMs = candidates.map(({ checked }) => roundMs(checked.ms));
  const planned = fittingRounds(roundsMs, options, end - performance.now());
  for (let round = 0; round < rounds; round++) {
    for (const [index, candidate] of candidates.entries()) {
      if (signal.aborted) return;
      if (!isDue(round, planned[index]!, rounds) || performance.now() + roundsMs[index]! > end) continue;
      const { strategy, times } = candidate;
      onStep(`round ${round + 1} of ${rounds}: ${strategy.name} on ${strategy.executor}`);
      times.push(await timeOfRound(candidate));
      await otherWork();
    }
  }
}

/** The time of a run; of a short one the median of as many as fill a moment. */
async function timeOfRound({ prepared, channels, checked }: Candidate): Promise<number> {
  const runs = await fillMoment(checked.ms, () => prepared.run(channels));
  return summarize(runs.map(({ ms }) => ms)).median;
}

function row(opened: OpenCase, candidate: Candidate): BenchResult {
  const { strategy, prepared, channels, checked, fixedMs, gpuMs, maxRelativeError, dispatches } = candidate;
  const times = candidate.times.length > 0 ? candidate.times : [checked.ms];
  const [run, all] = [prepared.passes(channels.length), prepared.passes(opened.channels)];
  const isPart = run < all;
  const { median, quartiles, count } = summarize(times.map((time) => scaledTime(time, fixedMs, run, all)));
  return {
    case: opened.benchCase.name,
    strategy: strategy.name,
    executor: strategy.executor,
    batch: opened.batch,
    medianMs: median,
    quartilesMs: quartiles,
    gpuMs,
    rounds: count,
    maxRelativeError,
    dispatches,
    ranOn: checked.answer.ranOn ?? null,
    bytes: prepared.cost.bytes,
    operations: prepared.cost.operations,
    estimatedMs: prepared.cost.estimatedMs ?? null,
    extrapolatedFrom: isPart ? channels.length : null,
  };
}
