import { startProgress, type Progress } from '../../progress.ts';

/** How far a set is: one line for whatever number of workers. */
export class SetProgress {
  readonly #line: Progress;
  readonly #before: number;
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
    this.#line.update(this.#before + this.#samples, `${this.rate.toPrecision(3)}/s${errors}`);
  }

  /** Samples a second since the first ones were done: what comes before that, such as loading the model, comes once. */
  get rate(): number {
    const { samples = 0, time = 0 } = this.#first ?? {};
    return (1000 * (this.#samples - samples)) / Math.max(1, this.#last - time);
  }

  stop(): void {
    this.#line.stop();
  }
}
