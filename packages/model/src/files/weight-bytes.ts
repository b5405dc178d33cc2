import { joinBytes } from './join-bytes.ts';

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
    return only && others.length === 0 ? only : joinBytes(found);
  }
}
