import { undefinedAddress, type Hdf5Bytes } from './bytes.ts';
import { findMessage, messageTypes, type Message } from './object-header.ts';

/**
 * What a group holds: the address of each object by its name. Links by path are left out.
 *
 * Source: HDF5 File Format Specification, version 3.0, III.A.1, III.C, III.D and IV.A.2.g.
 *
 * @throws Error, also for groups in the form that HDF5 writes with `libver='latest'` once they are large
 */
export function readLinks(file: Hdf5Bytes, messages: readonly Message[]): ReadonlyMap<string, number> {
  const info = findMessage(messages, messageTypes.linkInfo);
  if (info !== undefined) {
    const heap = info.at + 2 + (file.u8(info.at + 1) & 1 ? 8 : 0);
    if (file.u64(heap) !== undefinedAddress) {
      throw new Error("its groups are of a form that is not read; save it without libver='latest'");
    }
  }
  const links = new Map<string, number>();
  for (const { type, at } of messages) {
    if (type === messageTypes.link) addLink(file, at, links);
    if (type === messageTypes.symbolTable) addSymbols(file, file.u64(at), file.u64(at + 8), links);
  }
  return links;
}

function addLink(file: Hdf5Bytes, start: number, links: Map<string, number>): void {
  const flags = file.u8(start + 1);
  let at = start + 2;
  const isHard = (flags & 8) === 0 || file.u8(at++) === 0;
  at += (flags & 4 ? 8 : 0) + (flags & 0x10 ? 1 : 0);
  const sizeBytes = 2 ** (flags & 3);
  const length = file.unsigned(at, sizeBytes);
  at += sizeBytes;
  if (isHard) links.set(file.text(at, length), file.u64(at + length));
}

function addSymbols(file: Hdf5Bytes, tree: number, heap: number, links: Map<string, number>): void {
  file.expect(heap, 'HEAP');
  const namesLength = file.u64(heap + 8);
  // One copy of all names: each is short, and none says how long it is.
  const names = file.slice(file.u64(heap + 24), namesLength);
  const left = [{ address: tree, level: -1 }];
  const seen = new Set<number>();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { address, level: expected } = next;
    if (seen.has(address)) throw new Error('its parts refer to each other in circles');
    seen.add(address);
    file.expect(address, 'TREE');
    const level = file.u8(address + 5);
    if (expected >= 0 && level !== expected)
      throw new Error('the levels of a group do not follow each other');
    const count = file.u16(address + 6);
    for (let i = 0; i < count; i++) {
      const child = file.u64(address + 32 + 16 * i);
      if (level > 0) left.push({ address: child, level: level - 1 });
      else addSymbolNode(file, child, names, links);
    }
  }
}

function addSymbolNode(
  file: Hdf5Bytes,
  address: number,
  names: Uint8Array,
  links: Map<string, number>,
): void {
  file.expect(address, 'SNOD');
  const count = file.u16(address + 6);
  for (let i = 0; i < count; i++) {
    const at = address + 8 + 40 * i;
    // 2 stands for a link by path.
    if (file.u32(at + 16) === 2) continue;
    const offset = file.u64(at);
    const end = names.indexOf(0, offset);
    if (end < 0) throw new Error('a name has no end');
    links.set(new TextDecoder().decode(names.subarray(offset, end)), file.u64(at + 8));
  }
}
