import { limits } from '../limits.ts';
import type { Turn } from '../paced.ts';
import { undefinedAddress, type Hdf5Bytes } from './bytes.ts';
import { readChunks, type ChunkLayout } from './chunks.ts';
import { elementCount, readDataspace, readDatatype } from './datatype.ts';
import { messageTypes, requireMessage, type Message } from './object-header.ts';

export interface Dataset {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/**
 * The numbers of a data set in single precision.
 *
 * @param turn is awaited between parts of the work
 * @throws Error, also for elements that are no numbers and for what is larger than its file can be
 */
export async function readDataset(
  file: Hdf5Bytes,
  messages: readonly Message[],
  turn: Turn,
): Promise<Dataset> {
  const shape = readDataspace(file, requireMessage(messages, messageTypes.dataspace).at);
  const datatype = readDatatype(file, requireMessage(messages, messageTypes.datatype).at);
  if (datatype.kind !== 'number') throw new Error('it holds other values than numbers');
  const count = elementCount(shape);
  if (!(count * Math.max(4, datatype.bytes) <= limits.fileBytes)) throw new Error('a data set is too large');
  const layout = readLayout(file, requireMessage(messages, messageTypes.layout).at, shape.length);
  if (count > 0 && layout.address === undefinedAddress) throw new Error('a data set was never written');
  const data =
    count === 0
      ? new Uint8Array()
      : layout.kind === 'chunked'
        ? await readChunks(file, messages, layout, shape, datatype.bytes, turn)
        : file.slice(layout.address, count * datatype.bytes);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const { read, bytes } = datatype;
  return { shape, values: Float32Array.from({ length: count }, (_, i) => read(view, i * bytes)) };
}

type Layout = { readonly kind: 'whole'; readonly address: number } | ChunkLayout;

/** Source: HDF5 File Format Specification, version 3.0, IV.A.2.i. */
function readLayout(file: Hdf5Bytes, at: number, rank: number): Layout {
  const version = file.u8(at);
  if (version < 1 || version > 4)
    throw new Error(`a data set is laid out in version ${version}, which is not read`);
  const isOld = version <= 2;
  const kind = file.u8(at + (isOld ? 2 : 1));
  if (kind === 0) return { kind: 'whole', address: at + (isOld ? 8 + 4 * file.u8(at + 1) + 4 : 4) };
  if (kind === 1) {
    const address = file.u64(at + (isOld ? 8 : 2));
    return { kind: 'whole', address };
  }
  if (kind !== 2 || version === 4)
    throw new Error("a data set is laid out in a way that is not read; save it without libver='latest'");
  const axes = file.u8(at + (isOld ? 1 : 2));
  if (axes !== rank + 1) throw new Error('the parts of a data set have other axes than itself');
  const address = file.u64(at + (isOld ? 8 : 3));
  const sizes = at + (isOld ? 16 : 11);
  return {
    kind: 'chunked',
    address,
    chunkShape: Array.from({ length: rank }, (_, axis) => file.u32(sizes + 4 * axis)),
  };
}
