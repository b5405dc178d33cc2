const stateLength = 624;
const shiftLength = 397;

/**
 * The Mersenne Twister MT19937 as a stream of 32-bit words.
 *
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998, with the 2002 initialisation.
 */
export class Mt19937 {
  readonly #state = new Uint32Array(stateLength);
  #position = stateLength;

  /** Starts as NumPy's `RandomState(seed)`: from one integer in [0, 2^32), or from several, which is another start. */
  constructor(seed: number | readonly number[]) {
    if (typeof seed === 'number') this.#fillFromInteger(seed);
    else this.#fillFromWords(seed);
  }

  /** The next word, an integer in [0, 2^32). */
  nextWord(): number {
    if (this.#position === stateLength) this.#refill();
    let word = this.#state[this.#position++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  #fillFromInteger(seed: number): void {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < stateLength; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  #fillFromWords(words: readonly number[]): void {
    const state = this.#state;
    this.#fillFromInteger(19650218);
    let i = 1;
    const advance = (): void => {
      i++;
      if (i < stateLength) return;
      state[0] = state[stateLength - 1]!;
      i = 1;
    };
    const mixed = (factor: number): number => {
      const previous = state[i - 1]!;
      return state[i]! ^ Math.imul(previous ^ (previous >>> 30), factor);
    };
    for (let step = 0; step < Math.max(stateLength, words.length); step++) {
      const j = step % words.length;
      state[i] = mixed(1664525) + words[j]! + j;
      advance();
    }
    for (let step = 1; step < stateLength; step++) {
      state[i] = mixed(1566083941) - i;
      advance();
    }
    state[0] = 0x80000000;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < stateLength; i++) {
      const joined = (state[i]! & 0x80000000) | (state[(i + 1) % stateLength]! & 0x7fffffff);
      const twisted = (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
      state[i] = state[(i + shiftLength) % stateLength]! ^ twisted;
    }
    this.#position = 0;
  }
}
