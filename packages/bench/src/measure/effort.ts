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
}

export const EFFORTS: Readonly<Record<'quick' | 'full', Effort>> = {
  quick: { rounds: 9, sampleMs: 120, strategyMs: 300, longRunMs: 700, totalMs: 55_000, limitMs: 80_000 },
  full: { rounds: 15, sampleMs: 800, strategyMs: 3000, longRunMs: 4000, totalMs: 770_000, limitMs: 840_000 },
};
