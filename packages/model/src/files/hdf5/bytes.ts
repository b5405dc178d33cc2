import { limits } from '../limits.ts';

/** An address of nothing, all bits set; no address of a file is as large. */
export const undefinedAddress = Number.POSITIVE_INFINITY;

/**
 * The bytes of an HDF5 file, little-endian. Everything that is read is counted: structures refer to each other by address,
 * and those that lead in circles, or all to the same place, would keep a reader for ever.
 */
export class Hdf5Bytes {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #left: number;
  #unpackedLeft: number = limits.fileBytes;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Each value is read once and each structure a few times at most.
    this.#left = 16 * bytes.byteLength + 100_000;
  }

  /** Before memory is taken for what data unpack to: in all no more than is read of a file. @throws Error. */
  unpack(bytes: number): void {
    this.#unpackedLeft -= bytes;
    if (this.#unpackedLeft < 0) throw new Error(`it unpacks to more than ${limits.fileBytes} bytes`);
  }

  get length(): number {
    return this.#bytes.byteLength;
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#placeOf(at, 1));
  }

  u16(at: number): number {
    return this.#view.getUint16(this.#placeOf(at, 2), true);
  }

  u32(at: number): number {
    return this.#view.getUint32(this.#placeOf(at, 4), true);
  }

  /** A number of 64 bits; `undefinedAddress` beyond what a double holds. */
  u64(at: number): number {
    const value = this.#view.getBigUint64(this.#placeOf(at, 8), true);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? undefinedAddress : Number(value);
  }

  /** A number of 1, 2, 4 or 8 bytes. */
  unsigned(at: number, bytes: number): number {
    if (bytes === 1) return this.u8(at);
    if (bytes === 2) return this.u16(at);
    return bytes === 4 ? this.u32(at) : this.u64(at);
  }

  slice(at: number, length: number): Uint8Array<ArrayBuffer> {
    const place = this.#placeOf(at, length);
    return this.#bytes.slice(place, place + length);
  }

  /** UTF-8, up to the first NUL. */
  text(at: number, length: number): string {
    const bytes = this.slice(at, length);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** @throws Error where the four bytes are others. */
  expect(at: number, signature: string): void {
    const found = this.text(at, 4);
    if (found !== signature) throw new Error(`there is no ${signature} where one should be`);
  }

  #placeOf(at: number, length: number): number {
    if (!(at >= 0 && length >= 0 && at + length <= this.length)) throw new Error('it refers beyond its end');
    this.#left -= length + 1;
    if (this.#left < 0) throw new Error('its parts refer to each other in circles');
    return at;
  }
}
