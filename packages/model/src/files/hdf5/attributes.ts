import { undefinedAddress, type Hdf5Bytes } from './bytes.ts';
import { elementCount, readDataspace, readDatatype, type Datatype } from './datatype.ts';
import { findMessage, messageTypes, type Message } from './object-header.ts';

/** The texts of an attribute: one, or a list. */
export type Attributes = ReadonlyMap<string, readonly string[] | null>;

/**
 * The attributes of an object by name; `null` stands for values that are no texts.
 *
 * Source: HDF5 File Format Specification, version 3.0, IV.A.2.m.
 *
 * @throws Error, also for attributes in the form that HDF5 writes with `libver='latest'` once they are many
 */
export function readAttributes(file: Hdf5Bytes, messages: readonly Message[]): Attributes {
  const info = findMessage(messages, messageTypes.attributeInfo);
  if (info !== undefined) {
    const heap = info.at + 2 + (file.u8(info.at + 1) & 1 ? 2 : 0);
    if (file.u64(heap) !== undefinedAddress) {
      throw new Error("its attributes are of a form that is not read; save it without libver='latest'");
    }
  }
  const heaps = new Map<number, ReadonlyMap<number, HeapObject>>();
  const attributes = new Map<string, readonly string[] | null>();
  for (const { type, at } of messages) {
    if (type !== messageTypes.attribute) continue;
    const { name, datatype, count, start } = readAttribute(file, at);
    attributes.set(name, texts(file, datatype, count, start, heaps));
  }
  return attributes;
}

function readAttribute(
  file: Hdf5Bytes,
  at: number,
): { name: string; datatype: Datatype; count: number; start: number } {
  const version = file.u8(at);
  if (version < 1 || version > 3) throw new Error(`an attribute is in version ${version}, which is not read`);
  if (version > 1 && (file.u8(at + 1) & 3) !== 0) {
    throw new Error('the type of an attribute lies elsewhere in the file, which is not read');
  }
  const padded = (size: number): number => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const nameSize = file.u16(at + 2);
  const nameAt = at + (version === 3 ? 9 : 8);
  const typeAt = nameAt + padded(nameSize);
  const spaceAt = typeAt + padded(file.u16(at + 4));
  return {
    name: file.text(nameAt, nameSize),
    datatype: readDatatype(file, typeAt),
    count: elementCount(readDataspace(file, spaceAt)),
    start: spaceAt + padded(file.u16(at + 6)),
  };
}

function texts(
  file: Hdf5Bytes,
  { kind, bytes }: Datatype,
  count: number,
  start: number,
  heaps: Map<number, ReadonlyMap<number, HeapObject>>,
): string[] | null {
  if (kind !== 'text' && kind !== 'text-elsewhere') return null;
  if (count * bytes > file.length) throw new Error('an attribute is larger than the file');
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * bytes;
    if (kind === 'text') return file.text(at, bytes);
    const [length, heap, index] = [file.u32(at), file.u64(at + 4), file.u32(at + 12)];
    if (length === 0) return '';
    const objects = heaps.get(heap) ?? readGlobalHeap(file, heap);
    heaps.set(heap, objects);
    const object = objects.get(index);
    if (object === undefined || length > object.size) throw new Error('a text is not where it should be');
    return file.text(object.at, length);
  });
}

interface HeapObject {
  readonly at: number;
  readonly size: number;
}

/** Source: III.E. */
function readGlobalHeap(file: Hdf5Bytes, address: number): ReadonlyMap<number, HeapObject> {
  file.expect(address, 'GCOL');
  const end = address + file.u64(address + 8);
  const objects = new Map<number, HeapObject>();
  for (let at = address + 16; at + 16 <= end;) {
    const [index, size] = [file.u16(at), file.u64(at + 8)];
    // What is left of the heap.
    if (index === 0) break;
    objects.set(index, { at: at + 16, size });
    at += 16 + Math.ceil(size / 8) * 8;
  }
  return objects;
}
