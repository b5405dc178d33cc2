/** How patient a watchdog is. */
export interface Patience {
  /** Between two looks, in milliseconds. */
  readonly everyMs: number;
  /** Looks in a row without a sign of life after which there is none to be expected. */
  readonly looks: number;
}

/**
 * Half a minute. The longest that a worker computes without a pause is a pass of one input through a network as large as a
 * page holds, some seconds on the processor.
 */
const PATIENCE: Patience = { everyMs: 1000, looks: 30 };

/**
 * Watches over somebody who should answer when asked. Looks are counted instead of time: a page that the system put to sleep
 * wakes to one late look, not to thirty.
 */
export class Watchdog {
  readonly #ask: () => void;
  readonly #onSilence: () => void;
  readonly #patience: Patience;
  #timer: ReturnType<typeof setInterval> | null = null;
  #silent = 0;

  constructor(ask: () => void, onSilence: () => void, patience: Patience = PATIENCE) {
    this.#ask = ask;
    this.#onSilence = onSilence;
    this.#patience = patience;
  }

  /** From now on, signs of life are expected. */
  start(): void {
    if (this.#timer !== null) return;
    this.#silent = 0;
    this.#timer = setInterval(() => {
      this.#look();
    }, this.#patience.everyMs);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** There was a sign of life. */
  reassure(): void {
    this.#silent = 0;
  }

  #look(): void {
    if (this.#silent >= this.#patience.looks) {
      this.#silent = 0;
      this.#onSilence();
      return;
    }
    this.#silent++;
    this.#ask();
  }
}
