import { ModelError } from '../errors.ts';
import { Mt19937 } from './mt19937.ts';

/** An integer in [0, 2^32), or several of them: `[seed, epoch, sample]` gives every sample a stream of its own. */
export type Seed = number | readonly number[];

/**
 * The stream of NumPy's legacy `numpy.random.RandomState(seed)`: the same seed and the same calls in the same
 * order give the same values (`normal` up to the rounding of the logarithm).
 *
 * Source: NumPy, `numpy/random/mtrand.pyx` and `src/legacy/legacy-distributions.c`, whose stream is frozen by NEP 19.
 */
export class NumpyRandom {
  readonly #words: Mt19937;
  #cachedNormal: number | undefined;

  /** @throws ModelError `invalid-option` for a seed that is not made of integers in [0, 2^32). */
  constructor(seed: Seed) {
    const words = typeof seed === 'number' ? [seed] : seed;
    const valid =
      words.length > 0 && words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32);
    if (!valid) {
      throw new ModelError(
        'invalid-option',
        `a seed is an integer in [0, 4294967295], got ${JSON.stringify(seed)}; pass such an integer`,
      );
    }
    this.#words = new Mt19937(seed);
  }

  /** `rand()`: uniform in [0, 1), 53 random bits. */
  uniform(): number {
    const high = this.#words.nextWord() >>> 5;
    const low = this.#words.nextWord() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** `randn()`: standard normal by the polar method, which makes values in pairs and keeps the second for later. */
  normal(): number {
    if (this.#cachedNormal !== undefined) {
      const cached = this.#cachedNormal;
      this.#cachedNormal = undefined;
      return cached;
    }
    for (;;) {
      const first = 2 * this.uniform() - 1;
      const second = 2 * this.uniform() - 1;
      const squaredRadius = first * first + second * second;
      if (squaredRadius >= 1 || squaredRadius === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(squaredRadius)) / squaredRadius);
      this.#cachedNormal = factor * first;
      return factor * second;
    }
  }

  /** `choice(count)` = `randint(count)`: an integer in [0, count), for a count in [1, 2^32]. */
  choice(count: number): number {
    return this.#upTo(count - 1);
  }

  /** `permutation(count)`: the integers 0 to count - 1 in random order. */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    for (let i = count - 1; i > 0; i--) {
      const j = this.#upTo(i);
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }

  /** Uniform integer in [0, largest] by masked rejection; NumPy draws nothing where there is nothing to choose. */
  #upTo(largest: number): number {
    if (largest === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(largest);
    for (;;) {
      const value = (this.#words.nextWord() & mask) >>> 0;
      if (value <= largest) return value;
    }
  }
}
