/** Shares the time of a run out among its cases by their weights; what a case leaves over, later ones have. */
export class TimeBudget {
  readonly #end: number;
  readonly #weights: readonly number[];

  /** @param start and all other times in milliseconds on one clock */
  constructor(start: number, totalMs: number, weights: readonly number[]) {
    this.#end = start + totalMs;
    this.#weights = weights;
  }

  /** When case `index`, which begins now, should have ended; `now` where nothing is left. */
  endOf(index: number, now: number): number {
    const left = this.#weights.slice(index).reduce((sum, weight) => sum + weight, 0);
    return now + (Math.max(0, this.#end - now) * (this.#weights[index] ?? 0)) / left;
  }
}
