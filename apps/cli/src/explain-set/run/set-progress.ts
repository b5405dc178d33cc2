import { startProgress, type Progress } from '../../progress.ts';

/** A time too short to tell a rate from. */
const SHORTEST_MS = 100;

/** How far a set is: one line for whatever number of workers. */
export class SetProgress {
  readonly #line: Progress;
  readonly #before: number;
  readonly #begun = performance.now();
  #samples = 0;
  #failures = 0;
  /** When samples were told first, and how many. */
  #first: { readonly samples: number; readonly time: number } | null = null;
  #last = 0;

  /** @param before samples that were done earlier */
  constructor(total: number, before: number, silent: boolean) {
    this.#before = before;
    this.#line = startProgress({ label: 'explaining', total, silent });
    this.#line.update(before);
  }

  sample(isFailed: boolean): void {
    this.samplesDone(isFailed ? 0 : 1, isFailed ? 1 : 0);
  }

  samplesDone(explained: number, failed: number): void {
    this.#samples += explained + failed;
    this.#failures += failed;
    this.#last = performance.now();
    this.#first ??= { samples: this.#samples, time: this.#last };
    const errors = this.#failures === 0 ? '' : `, ${this.#failures} not explained`;
    this.#line.update(this.#before + this.#samples, `${rateText(this.rate)}/s${errors}`);
  }

  /**
   * Samples a second since the first ones were done: what comes before that, such as loading the model, comes once. Where all were done at
   * once it is those of the whole time.
   */
  get rate(): number {
    const { samples, time } = this.#first ?? { samples: 0, time: this.#begun };
    const [from, since] = this.#last - time < SHORTEST_MS ? [0, this.#begun] : [samples, time];
    return (1000 * (this.#samples - from)) / Math.max(1, this.#last - since);
  }

  stop(): void {
    this.#line.stop();
  }
}

/** Three digits, or all before the point. */
export function rateText(rate: number): string {
  return rate < 1000 ? rate.toPrecision(3) : rate.toFixed();
}
