/** How many channels of a loop fit into one timed run, at least one. @param onceMs what one channel takes */
export function sampledChannels(onceMs: number, channels: number, sampleMs: number): number {
  return Math.max(1, Math.min(channels, Math.floor(sampleMs / onceMs)));
}

/** A strategy takes part in at least so many rounds where its runs are no longer than this multiple of its time. */
const FEWEST_ROUNDS = 3;
const LONG_RUN = 2;

/** In how many rounds a strategy takes part: a slow one in fewer, a very slow one in one. @param runMs a timed run */
export function plannedRounds(
  runMs: number,
  { rounds, strategyMs }: { readonly rounds: number; readonly strategyMs: number },
): number {
  const fewest = runMs > LONG_RUN * strategyMs ? 1 : FEWEST_ROUNDS;
  return Math.min(rounds, Math.max(fewest, Math.floor(strategyMs / runMs)));
}

/** Whether a strategy that takes part in `planned` of `rounds` rounds does so in this one: evenly over all. */
export function isDue(round: number, planned: number, rounds: number): boolean {
  return Math.floor(((round + 1) * planned) / rounds) > Math.floor((round * planned) / rounds);
}
