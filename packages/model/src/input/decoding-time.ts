import { ModelError } from '../errors.ts';
import type { Transparency } from './byte-image.ts';
import { limits } from '../files/limits.ts';

/** What bounds the decoding of an image. */
export interface DecodingOptions {
  /** Images of more pixels are refused before memory is taken for them; default 89,478,485, where PIL begins to warn. */
  readonly maxPixels?: number | undefined;
  /** Images that take longer are given up; default 60. */
  readonly maxSeconds?: number | undefined;
  /** What becomes of transparency; default `'drop'`. */
  readonly transparency?: Transparency | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Decoding on this thread lets others have theirs after so long. */
const TURN_MS = 50;

/** The time that one image may take. */
export class DecodingTime {
  readonly maxSeconds: number;
  readonly #name: string;
  readonly #signal: AbortSignal | undefined;
  readonly #end: number;
  #turnEnds = performance.now() + TURN_MS;

  constructor(name: string, { maxSeconds = limits.decodingSeconds, signal }: DecodingOptions) {
    this.maxSeconds = maxSeconds;
    this.#name = name;
    this.#signal = signal;
    this.#end = performance.now() + 1000 * maxSeconds;
  }

  /**
   * Between two parts of the work on this thread.
   *
   * @throws ModelError `invalid-file` where the time is over; the signal's reason
   */
  async turn(): Promise<void> {
    if (performance.now() >= this.#turnEnds) {
      await new Promise((resolve) => {
        setTimeout(resolve);
      });
      this.#turnEnds = performance.now() + TURN_MS;
    }
    this.#signal?.throwIfAborted();
    if (performance.now() > this.#end) throw this.#over();
  }

  /**
   * What work on another thread comes to, which ends by itself if its time is over before.
   *
   * @throws ModelError `invalid-file` where the time is over; the signal's reason
   */
  async within<T>(work: Promise<T>): Promise<T> {
    this.#signal?.throwIfAborted();
    let stop: () => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      const onAbort = (): void => {
        reject(this.#signal?.reason as Error);
      };
      const timer = setTimeout(
        () => {
          reject(this.#over());
        },
        Math.max(0, this.#end - performance.now()),
      );
      this.#signal?.addEventListener('abort', onAbort);
      stop = () => {
        clearTimeout(timer);
        this.#signal?.removeEventListener('abort', onAbort);
      };
    });
    try {
      const result = await Promise.race([work, ended]);
      // The timer of a busy thread may ring after the work is done.
      if (performance.now() > this.#end) throw this.#over();
      return result;
    } finally {
      stop();
    }
  }

  #over(): ModelError {
    return new ModelError(
      'invalid-file',
      `${this.#name} takes more than ${this.maxSeconds} s to decode; resize it or raise the limit (maxSeconds)`,
    );
  }
}
