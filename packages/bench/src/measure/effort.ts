/** How much time a run takes. */
export interface Effort {
  /** The most timed rounds of a strategy. */
  readonly rounds: number;
  /** The longest one timed run of a loop should take; loops run as many channels as fit. */
  readonly sampleMs: number;
  /** How long all rounds of one strategy should take. */
  readonly strategyMs: number;
  /** A run longer than this is not repeated for a round of its own: the one that was checked is the one that counts. */
  readonly longRunMs: number;
  /** How long all cases of the set should take together. Later ones then have rounds of fast strategies only. */
  readonly totalMs: number;
  /** After this no further case begins. */
  readonly limitMs: number;
  /** How long the rounds of one whole network on all engines should take. */
  readonly networkMs: number;
}

export const EFFORTS: Readonly<Record<'quick' | 'full' | 'end-to-end', Effort>> = {
  quick: {
    rounds: 9,
    sampleMs: 120,
    strategyMs: 300,
    longRunMs: 700,
    totalMs: 55_000,
    limitMs: 80_000,
    networkMs: 10_000,
  },
  full: {
    rounds: 15,
    sampleMs: 800,
    strategyMs: 3000,
    longRunMs: 4000,
    // What is left until the limit is for the whole networks.
    totalMs: 660_000,
    limitMs: 840_000,
    networkMs: 12_000,
  },
  'end-to-end': {
    rounds: 15,
    sampleMs: 800,
    strategyMs: 3000,
    longRunMs: 4000,
    totalMs: 0,
    limitMs: Infinity,
    // Eight networks, with what they take to build, to warm up and to be checked, in under six minutes on two cores.
    networkMs: 20_000,
  },
};

/** The same in less time, where it would take longer than so many minutes. */
export function within(effort: Effort, minutes: number): Effort {
  const limitMs = Math.min(effort.limitMs, minutes * 60_000);
  if (limitMs === effort.limitMs) return effort;
  const share = Number.isFinite(effort.limitMs) ? limitMs / effort.limitMs : 1;
  return {
    ...effort,
    limitMs,
    totalMs: effort.totalMs * share,
    strategyMs: effort.strategyMs * share,
    networkMs: effort.networkMs * share,
  };
}
