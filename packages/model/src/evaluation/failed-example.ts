/** A sample that was classified wrongly, with what is needed to show it. */
export interface FailedExample {
  /** Index in the data set. */
  readonly index: number;
  /** Where the sample comes from, such as its file; `null` where it has no name. */
  readonly source: string | null;
  /** True class index. */
  readonly label: number;
  /** Predicted class index. */
  readonly predicted: number;
  /** Score of the predicted class, in [0, 1]. */
  readonly confidence: number;
  /** Score of the true class, in [0, 1]. */
  readonly trueScore: number;
  /** Shape of the input without the batch: `[height, width, channels]` or `[length, channels]`. */
  readonly shape: readonly number[];
  /** The input as the model saw it, row-major. */
  readonly input: Float32Array;
}

/** Keeps the most confident of the errors it is shown; equally confident ones in the order they came. */
export class FailureCollector {
  readonly #capacity: number;
  readonly #kept: FailedExample[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether an error of this confidence would be kept: ask before copying its input. */
  wants(confidence: number): boolean {
    if (this.#kept.length < this.#capacity) return true;
    const least = this.#kept.at(-1);
    return least !== undefined && confidence > least.confidence;
  }

  add(example: FailedExample): void {
    if (!this.wants(example.confidence)) return;
    const place = this.#kept.findIndex(({ confidence }) => confidence < example.confidence);
    this.#kept.splice(place === -1 ? this.#kept.length : place, 0, example);
    this.#kept.length = Math.min(this.#kept.length, this.#capacity);
  }

  /** The kept errors, the most confident first. */
  get examples(): readonly FailedExample[] {
    return this.#kept;
  }
}
