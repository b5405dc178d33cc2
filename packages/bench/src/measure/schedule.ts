import type { Effort } from './effort.ts';

/** The fewest channels of a loop, where one does not take long. */
export const FEWEST_CHANNELS = 2;

/** What every run takes besides its passes - a few milliseconds - is nothing beside a pass as long as this. */
const LONG_PASS_MS = 1000;

/** How many channels of a loop fit into one timed run: two at least, one where that takes long. @param channelMs of one channel */
export function sampledChannels(channelMs: number, channels: number, sampleMs: number): number {
  const fewest = channelMs > LONG_PASS_MS ? 1 : FEWEST_CHANNELS;
  return Math.min(channels, Math.max(fewest, Math.floor(sampleMs / channelMs)));
}

/**
 * What all passes take, from the time of some: every run also waits for its answer, however little it computes, and that is
 * not multiplied.
 *
 * @param fixedMs what a run takes besides its passes
 */
export function scaledTime(ms: number, fixedMs: number, passes: number, allPasses: number): number {
  const fixed = Math.min(fixedMs, ms);
  return fixed + ((ms - fixed) * allPasses) / passes;
}

/** Shorter runs are timed several at a time. */
export const MOMENT_MS = 20;

/** About how long a strategy's part of a round takes. */
export function roundMs(runMs: number): number {
  return runMs < MOMENT_MS ? MOMENT_MS + 2 * runMs : runMs;
}

/** A strategy takes part in at least so many rounds where each is no longer than this multiple of its time. */
const FEWEST_ROUNDS = 3;
const LONG_ROUND = 2;

/**
 * In how many rounds a strategy takes part: a slow one in fewer, a very slow one in none, since it was timed when it was
 * checked.
 *
 * @param roundMs its part of a round
 */
export function plannedRounds(
  roundMs: number,
  { rounds, strategyMs }: Pick<Effort, 'rounds' | 'strategyMs'>,
): number {
  if (roundMs > LONG_ROUND * strategyMs) return 0;
  return Math.min(rounds, Math.max(FEWEST_ROUNDS, Math.floor(strategyMs / roundMs)));
}

/** Rounds of every strategy such that all of them together fit into a time. @param roundsMs the part of each in a round */
export function fittingRounds(
  roundsMs: readonly number[],
  { rounds, strategyMs }: Pick<Effort, 'rounds' | 'strategyMs'>,
  availableMs: number,
): number[] {
  for (let share = strategyMs; ; share *= 0.8) {
    const planned = roundsMs.map((roundMs) => plannedRounds(roundMs, { rounds, strategyMs: share }));
    const needed = planned.reduce((sum, count, i) => sum + count * roundsMs[i]!, 0);
    if (needed <= Math.max(0, availableMs)) return planned;
  }
}

/** Whether a strategy that takes part in `planned` of `rounds` rounds does so in this one: evenly over all. */
export function isDue(round: number, planned: number, rounds: number): boolean {
  return Math.floor(((round + 1) * planned) / rounds) > Math.floor((round * planned) / rounds);
}
