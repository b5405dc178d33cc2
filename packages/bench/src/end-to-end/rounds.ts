import type { ExplanationResult } from '@ablation-cam/xai';
import { fillMoment, otherWork } from '../measure/moments.ts';
import { summarize } from '../measure/statistics.ts';
import type { EndToEndTimes, ExplanationParts, Spread } from '../results/result.ts';
import type { EngineRuns } from './explained-network.ts';

/** Rounds that there are however long they take: of fewer a median says little. */
const FEWEST_ROUNDS = 3;

export interface RoundOptions {
  /** The most rounds. */
  readonly rounds: number;
  /** How long the rounds of one network on all engines should take; there are a few in any case. */
  readonly caseMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (what: string) => void;
}

/** Milliseconds of one run each. */
export interface RunTimes {
  readonly forwardMs: number;
  readonly ablationCamMs: number;
  readonly gradCamMs: number;
}

/** The times of an engine in one round. */
interface Round extends RunTimes {
  readonly parts: ExplanationParts;
}

/** An engine that is timed, with the times of its first runs. */
export interface TimedEngine {
  readonly runs: EngineRuns;
  readonly warm: RunTimes;
}

/**
 * Times all engines in interleaved rounds: what slows the machine down meets all of them. Returns one item for each of them.
 *
 * @throws the signal's reason
 */
export async function timeInRounds(
  engines: readonly TimedEngine[],
  { rounds: most, caseMs, signal, onStep }: RoundOptions,
): Promise<EndToEndTimes[]> {
  const end = performance.now() + caseMs;
  const timed = engines.map(({ runs, warm }) => ({ runs, warm, rounds: [] as Round[] }));
  for (let round = 0; round < most; round++) {
    if (round >= FEWEST_ROUNDS && performance.now() >= end) break;
    for (const { runs, warm, rounds } of timed) {
      signal.throwIfAborted();
      onStep(`round ${round + 1} of ${most} on ${runs.engine}`);
      rounds.push(await oneRound(runs, rounds.at(-1) ?? warm));
      await otherWork();
    }
  }
  const wasm = timed.find(({ runs }) => runs.engine === 'wasm')?.rounds ?? null;
  return timed.map(({ rounds }) => timesOf(rounds, wasm));
}

/** @param last about how long each run takes */
async function oneRound({ forward, ablationCam, gradCam }: EngineRuns, last: RunTimes): Promise<Round> {
  const forwardRuns = await fillMoment(last.forwardMs, forward);
  const ablationRuns = await fillMoment(last.ablationCamMs, ablationCam);
  const gradRuns = await fillMoment(last.gradCamMs, gradCam);
  return {
    forwardMs: medianOf(forwardRuns, ({ ms }) => ms),
    ablationCamMs: medianOf(ablationRuns, ({ ms }) => ms),
    gradCamMs: medianOf(gradRuns, ({ ms }) => ms),
    parts: medianParts(ablationRuns.map(({ value }) => partsOf(value))),
  };
}

/** Ratios are made in each round, since what slows one down meets both. @param wasm the rounds of TensorFlow.js's WASM backend */
function timesOf(rounds: readonly Round[], wasm: readonly Round[] | null): EndToEndTimes {
  return {
    rounds: rounds.length,
    forward: spreadOf(rounds.map(({ forwardMs }) => forwardMs)),
    ablationCam: spreadOf(rounds.map(({ ablationCamMs }) => ablationCamMs)),
    gradCam: spreadOf(rounds.map(({ gradCamMs }) => gradCamMs)),
    ratios: {
      byGradCam: medianOf(rounds, ({ ablationCamMs, gradCamMs }) => ablationCamMs / gradCamMs),
      byForward: medianOf(rounds, ({ ablationCamMs, forwardMs }) => ablationCamMs / forwardMs),
      gain: wasm && medianOf([...rounds.keys()], (i) => wasm[i]!.forwardMs / rounds[i]!.ablationCamMs),
    },
    parts: medianParts(rounds.map(({ parts }) => parts)),
  };
}

function partsOf({ timings: { forwardMs, weightsMs, mapMs, totalMs } }: ExplanationResult): ExplanationParts {
  return { forwardMs, weightsMs, mapMs, overheadMs: totalMs - forwardMs - weightsMs - mapMs };
}

function medianParts(all: readonly ExplanationParts[]): ExplanationParts {
  const median = (name: keyof ExplanationParts): number => medianOf(all, (parts) => parts[name]);
  return {
    forwardMs: median('forwardMs'),
    weightsMs: median('weightsMs'),
    mapMs: median('mapMs'),
    overheadMs: median('overheadMs'),
  };
}

function medianOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return summarize(items.map(valueOf)).median;
}

function spreadOf(times: readonly number[]): Spread {
  const { median, quartiles } = summarize(times);
  return { medianMs: median, quartilesMs: quartiles };
}
