/** The bytes of a group of weights, which lie in several files one after the other. */
export class WeightBytes {
  readonly length: number;
  readonly #parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
    this.length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The bytes from `start` to `end`, copied only where they lie in several files. */
  slice(start: number, end: number): Uint8Array {
    let first = 0;
    const found: Uint8Array[] = [];
    for (const part of this.#parts) {
      const [from, to] = [Math.max(0, start - first), Math.min(part.byteLength, end - first)];
      if (from < to) found.push(part.subarray(from, to));
      first += part.byteLength;
    }
    const [only, ...others] = found;
    if (only && others.length === 0) return only;
    const whole = new Uint8Array(found.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let at = 0;
    for (const part of found) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }
}
