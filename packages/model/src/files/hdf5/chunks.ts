import { inflate, mostInflation } from '../../input/inflate.ts';
import { limits } from '../limits.ts';
import type { Turn } from '../paced.ts';
import type { Hdf5Bytes } from './bytes.ts';
import { elementCount } from './datatype.ts';
import { findMessage, messageTypes, type Message } from './object-header.ts';

/** A data set in parts of one shape, found by a tree. */
export interface ChunkLayout {
  readonly kind: 'chunked';
  readonly address: number;
  readonly chunkShape: readonly number[];
}

interface Chunk {
  readonly address: number;
  readonly bytes: number;
  /** Filters that were left out, by their place. */
  readonly filterMask: number;
  readonly offset: readonly number[];
}

/**
 * The bytes of a data set that is stored in parts, row-major.
 *
 * @param turn is awaited before each part
 * @throws the error of `turn`; Error where parts are missing, twice there, or not what they should unpack to
 */
export async function readChunks(
  file: Hdf5Bytes,
  messages: readonly Message[],
  { address, chunkShape }: ChunkLayout,
  shape: readonly number[],
  valueBytes: number,
  turn: Turn,
): Promise<Uint8Array<ArrayBuffer>> {
  const total = elementCount(shape) * valueBytes;
  const chunkBytes = elementCount(chunkShape) * valueBytes;
  if (chunkBytes === 0 || chunkBytes > limits.fileBytes)
    throw new Error('the parts of a data set have no size');
  const filters = readFilters(file, messages);
  const most = filters.includes(deflate) ? mostInflation : 1;
  const wanted = elementCount(shape.map((size, axis) => Math.ceil(size / (chunkShape[axis] ?? 1))));
  if (total > most * file.length || wanted > file.length)
    throw new Error('a data set is larger than its file');
  const chunks = findChunks(file, address, shape.length, wanted);
  const places = new Set(chunks.map(({ offset }) => offset.join()));
  if (places.size !== wanted || chunks.length !== wanted)
    throw new Error('a data set lacks some of its parts');
  // Parts at the end may stand for more than is kept of them.
  file.unpack(wanted * chunkBytes);
  const data = new Uint8Array(total);
  for (const chunk of chunks) {
    await turn();
    const isPart = chunk.offset.every(
      (start, axis) => start < (shape[axis] ?? 0) && start % (chunkShape[axis] ?? 1) === 0,
    );
    if (!isPart || chunkBytes > most * chunk.bytes)
      throw new Error('a part of a data set has no place in it');
    const packed = file.slice(chunk.address, chunk.bytes);
    const unpacked = await unfilter(packed, filters, chunk.filterMask, chunkBytes, valueBytes);
    if (unpacked.byteLength !== chunkBytes) throw new Error('a part of a data set has another size');
    place(unpacked, chunk.offset, chunkShape, data, shape, valueBytes);
  }
  return data;
}

/** Source: HDF5 File Format Specification, version 3.0, III.A.1. */
function findChunks(file: Hdf5Bytes, root: number, rank: number, most: number): Chunk[] {
  const chunks: Chunk[] = [];
  const left = [root];
  const seen = new Set<number>();
  const keyBytes = 8 + 8 * (rank + 1);
  for (let address = left.pop(); address !== undefined; address = left.pop()) {
    if (seen.has(address)) throw new Error('its parts refer to each other in circles');
    seen.add(address);
    file.expect(address, 'TREE');
    const level = file.u8(address + 5);
    const count = file.u16(address + 6);
    for (let i = 0; i < count; i++) {
      const key = address + 24 + i * (keyBytes + 8);
      const child = file.u64(key + keyBytes);
      if (level > 0) {
        left.push(child);
        continue;
      }
      chunks.push({
        address: child,
        bytes: file.u32(key),
        filterMask: file.u32(key + 4),
        offset: Array.from({ length: rank }, (_, axis) => file.u64(key + 8 + 8 * axis)),
      });
      if (chunks.length > most) throw new Error('a data set has too many parts');
    }
  }
  return chunks;
}

const [deflate, shuffle, fletcher32] = [1, 2, 3];

/** The filters that values went through, in order. Source: IV.A.2.l. */
function readFilters(file: Hdf5Bytes, messages: readonly Message[]): number[] {
  const message = findMessage(messages, messageTypes.filters);
  if (message === undefined) return [];
  const version = file.u8(message.at);
  let at = message.at + (version === 1 ? 8 : 2);
  return Array.from({ length: file.u8(message.at + 1) }, () => {
    const id = file.u16(at);
    const isNamed = version === 1 || id > 255;
    const nameBytes = isNamed ? file.u16(at + 2) : 0;
    const values = file.u16(at + (isNamed ? 6 : 4));
    at += isNamed ? 8 : 6;
    at += version === 1 ? Math.ceil(nameBytes / 8) * 8 + 4 * (values + (values % 2)) : nameBytes + 4 * values;
    if (![deflate, shuffle, fletcher32].includes(id)) {
      throw new Error(`a data set went through the filter ${id}, which is not read; save it without`);
    }
    return id;
  });
}

async function unfilter(
  packed: Uint8Array<ArrayBuffer>,
  filters: readonly number[],
  mask: number,
  chunkBytes: number,
  valueBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let data = packed;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (mask & (1 << i)) continue;
    // A checksum that was added before packing is unpacked too.
    if (filters[i] === deflate) data = await inflate([data], chunkBytes + 4);
    else if (filters[i] === shuffle) data = unshuffle(data, valueBytes);
    else data = withoutChecksum(data);
  }
  return data;
}

/** First bytes of all values, second bytes of all values, ... */
function unshuffle(data: Uint8Array, valueBytes: number): Uint8Array<ArrayBuffer> {
  const values = Math.floor(data.byteLength / valueBytes);
  const whole = Uint8Array.from(data);
  for (let i = 0; i < values; i++) {
    for (let j = 0; j < valueBytes; j++) whole[i * valueBytes + j] = data[j * values + i] ?? 0;
  }
  return whole;
}

/** Source: H5_checksum_fletcher32 of the HDF5 library: big-endian words, the sums in the last four bytes. */
function withoutChecksum(data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const length = data.byteLength - 4;
  if (length < 0) throw new Error('a checksum is missing');
  let [first, second] = [0, 0];
  for (let i = 0; i < length; i += 2) {
    first = (first + ((data[i] ?? 0) << 8) + (i + 1 < length ? (data[i + 1] ?? 0) : 0)) % 65535;
    second = (second + first) % 65535;
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const stored = view.getUint32(length, true);
  const isSame = (stored & 0xffff) % 65535 === first && (stored >>> 16) % 65535 === second;
  if (!isSame) throw new Error('a part of a data set does not fit its checksum');
  return data.slice(0, length);
}

/** Copies what of a part lies inside the data set, row by row. */
function place(
  chunk: Uint8Array,
  offset: readonly number[],
  chunkShape: readonly number[],
  data: Uint8Array,
  shape: readonly number[],
  valueBytes: number,
): void {
  const last = shape.length - 1;
  const inside = shape.map((size, axis) => Math.min(chunkShape[axis] ?? 0, size - (offset[axis] ?? 0)));
  const rowBytes = (inside[last] ?? 1) * valueBytes;
  const rows = elementCount(inside.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    let [rest, from, to, fromStride, toStride] = [row, 0, 0, chunkShape[last] ?? 1, shape[last] ?? 1];
    for (let axis = last - 1; axis >= 0; axis--) {
      const index = rest % (inside[axis] ?? 1);
      rest = Math.floor(rest / (inside[axis] ?? 1));
      from += index * fromStride;
      to += ((offset[axis] ?? 0) + index) * toStride;
      fromStride *= chunkShape[axis] ?? 1;
      toStride *= shape[axis] ?? 1;
    }
    const start = (to + (offset[last] ?? 0)) * valueBytes;
    data.set(chunk.subarray(from * valueBytes, from * valueBytes + rowBytes), start);
  }
}
