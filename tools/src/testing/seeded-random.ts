/** Random numbers that are the same everywhere for the same seed. */
export interface SeededRandom {
  /** In [low, high); by default in [0, 1). */
  readonly uniform: (low?: number, high?: number) => number;
  /** A whole number in [low, high], both included. */
  readonly integer: (low: number, high: number) => number;
  /** One of the values. */
  readonly pick: <T>(values: readonly T[]) => T;
  /** `length` uniform numbers in [low, high); by default in [-1, 1). */
  readonly floats: (length: number, low?: number, high?: number) => Float32Array;
}

/** The generator mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for test inputs. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const uniform = (low = 0, high = 1): number => low + (high - low) * next();
  return {
    uniform,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (values) => {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new RangeError('there is nothing to pick from');
      return value;
    },
    floats: (length, low = -1, high = 1) => Float32Array.from({ length }, () => uniform(low, high)),
  };
}
