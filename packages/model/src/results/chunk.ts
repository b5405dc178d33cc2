import { gunzip } from '#platform';
import { ModelError } from '../errors.ts';
import { halfToNumber } from '../files/half-precision.ts';
import { IS_LITTLE_ENDIAN, rowBytes, rowLength, type ArraySpec, type Rows } from './array-spec.ts';

/** A text may take so many bytes: names of files take 4096 at most, and reasons are cut off before. */
const MOST_TEXT_BYTES = 2 ** 20;

/** All texts of a chunk, of which there may be some ten thousand. */
const MOST_CHUNK_BYTES = 2 ** 28;

/** No gzip stream stands for more than so many times its length. Source: zlib's technical details. */
const MOST_INFLATION = 1032;

/**
 * Returns the rows of a chunk as `explain-set` writes it, half-precision numbers as single ones. How large it is follows from the
 * plan: what a chunk unpacks to beyond that is never made.
 *
 * @throws ModelError `invalid-file` for bytes that are no such chunk; the message is a part of a sentence about it
 */
export async function decodeChunk(spec: ArraySpec, packed: Uint8Array, chunkRows: number): Promise<Rows> {
  const isText = spec.type === 'string';
  const most = isText
    ? Math.min(MOST_CHUNK_BYTES, 4 + chunkRows * (4 + MOST_TEXT_BYTES))
    : chunkRows * rowBytes(spec);
  const fewest = isText ? 4 + 4 * chunkRows : most;
  if (fewest > (packed.length + 1) * MOST_INFLATION) throw new ModelError('invalid-file', 'it is too short');
  const raw = await gunzip(packed, most);
  if (raw.length < fewest) throw new ModelError('invalid-file', 'it is too short');
  return isText ? textsIn(raw, chunkRows) : numbersIn(spec, raw, chunkRows * rowLength(spec.shape));
}

function numbersIn({ type }: ArraySpec, raw: Uint8Array, length: number): Rows {
  // Whole elements, however the unpacked bytes lie in their buffer.
  const bytes = new Uint8Array(raw);
  const size = bytes.length / Math.max(1, length);
  if (!IS_LITTLE_ENDIAN)
    for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  switch (type) {
    case 'float16':
      return Float32Array.from(new Uint16Array(bytes.buffer), halfToNumber);
    case 'float32':
      return new Float32Array(bytes.buffer);
    case 'int32':
      return new Int32Array(bytes.buffer);
    case 'uint8':
      return bytes;
    case 'string':
      throw new RangeError('Texts are no numbers.');
  }
}

function textsIn(raw: Uint8Array, rows: number): string[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const decoder = new TextDecoder();
  if (view.getUint32(0, true) !== rows)
    throw new ModelError('invalid-file', 'it holds another number of texts');
  let at = 4;
  return Array.from({ length: rows }, () => {
    if (at + 4 > raw.length) throw new ModelError('invalid-file', 'a text ends beyond it');
    const end = at + 4 + view.getUint32(at, true);
    if (end > raw.length) throw new ModelError('invalid-file', 'a text ends beyond it');
    const text = decoder.decode(raw.subarray(at + 4, end));
    at = end;
    return text;
  });
}
