import { inflate, mostInflation } from '../inflate.ts';

/** Fills `output`; gives back how many bytes of it were there. */
type Decompressor = (input: Uint8Array<ArrayBuffer>, output: Uint8Array) => number | Promise<number>;

interface Compression {
  readonly decompress: Decompressor;
  /** A byte stands for so many at most. */
  readonly mostGrowth: number;
}

/** By the numbers of TIFF 6.0 and its technical note 2; 32946 is an older number for deflate. */
export const compressions: ReadonlyMap<number, Compression> = new Map([
  [1, { decompress: copy, mostGrowth: 1 }],
  // Nine bits or more stand for one text of the table, which grows by a byte an entry up to 4096.
  [5, { decompress: decompressLzw, mostGrowth: 4096 }],
  [8, { decompress: decompressDeflate, mostGrowth: mostInflation }],
  [32946, { decompress: decompressDeflate, mostGrowth: mostInflation }],
  [32773, { decompress: decompressPackBits, mostGrowth: 64 }],
]);

function copy(input: Uint8Array, output: Uint8Array): number {
  const length = Math.min(input.length, output.length);
  output.set(input.subarray(0, length));
  return length;
}

async function decompressDeflate(input: Uint8Array<ArrayBuffer>, output: Uint8Array): Promise<number> {
  return copy(await inflate([input], output.length), output);
}

/** Source: TIFF 6.0, section 9. */
function decompressPackBits(input: Uint8Array, output: Uint8Array): number {
  let [from, to] = [0, 0];
  while (from < input.length && to < output.length) {
    const control = input[from++] ?? 0;
    if (control === 128) continue;
    const length = control < 128 ? control + 1 : 257 - control;
    if (control < 128) {
      output.set(input.subarray(from, Math.min(from + length, from + output.length - to)), to);
      to += Math.min(length, input.length - from);
      from += length;
    } else {
      output.fill(input[from++] ?? 0, to, to + length);
      to += length;
    }
  }
  return Math.min(to, output.length);
}

const [clearCode, endCode, firstCode, longestCode] = [256, 257, 258, 12];

/**
 * Every code either ends the data, empties the table, or adds bytes, so that there are no more steps than bytes.
 *
 * Source: TIFF 6.0, section 13.
 */
function decompressLzw(input: Uint8Array, output: Uint8Array): number {
  // Each entry is the text of an earlier one and one byte more; both lie in what was put out already.
  const starts = new Uint32Array(2 ** longestCode);
  const lengths = new Uint32Array(2 ** longestCode);
  let [next, width, to] = [firstCode, 9, 0];
  let previous: { start: number; length: number } | undefined;
  let [bits, bitCount, from] = [0, 0, 0];
  while (to < output.length) {
    while (bitCount < width) {
      if (from >= input.length) return to;
      bits = ((bits << 8) | (input[from++] ?? 0)) & 0xff_ffff;
      bitCount += 8;
    }
    bitCount -= width;
    const code = (bits >> bitCount) & (2 ** width - 1);
    if (code === endCode) return to;
    if (code === clearCode) {
      [next, width, previous] = [firstCode, 9, undefined];
      continue;
    }
    const start = to;
    if (code < clearCode) {
      output[to++] = code;
    } else {
      // A code that is made only now is the previous text and its own first byte.
      const isNew = code === next;
      if (previous === undefined || code > next) throw new Error('its compressed data is damaged');
      const source = isNew ? previous.start : (starts[code] ?? 0);
      const length = isNew ? previous.length + 1 : (lengths[code] ?? 0);
      for (let i = 0; i < length && to < output.length; i++) output[to++] = output[source + i] ?? 0;
    }
    if (previous !== undefined) {
      // The previous text and the first byte of this one follow each other in the output. A full table stays as it is.
      if (next < 2 ** longestCode) {
        starts[next] = previous.start;
        lengths[next] = previous.length + 1;
        next++;
      }
      // The width grows one code early.
      if (next + 1 >= 2 ** width && width < longestCode) width++;
    }
    previous = { start, length: to - start };
  }
  return to;
}
