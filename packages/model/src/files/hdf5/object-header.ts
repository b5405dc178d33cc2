import type { Hdf5Bytes } from './bytes.ts';

/** The message types that are read; HDF5 File Format Specification, version 3.0, IV.A.2. */
export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** A part of an object's description. */
export interface Message {
  readonly type: number;
  /** Where its data begin, and how long they are. */
  readonly at: number;
  readonly size: number;
}

interface Block {
  readonly start: number;
  readonly end: number;
}

/**
 * The messages of an object, in order.
 *
 * Source: HDF5 File Format Specification, version 3.0, IV.A.1.
 */
export function readMessages(file: Hdf5Bytes, address: number): readonly Message[] {
  return file.u8(address) === 1 ? readVersion1(file, address) : readVersion2(file, address);
}

function readVersion1(file: Hdf5Bytes, address: number): Message[] {
  const count = file.u16(address + 2);
  const messages: Message[] = [];
  const blocks: Block[] = [{ start: address + 16, end: address + 16 + file.u32(address + 8) }];
  let read = 0;
  for (const { start, end } of blocks) {
    for (let at = start; at + 8 <= end && read < count; read++) {
      const [type, size, flags] = [file.u16(at), file.u16(at + 2), file.u8(at + 4)];
      addMessage(file, { type, at: at + 8, size }, flags, messages, blocks, 0);
      at += 8 + size;
    }
  }
  return messages;
}

function readVersion2(file: Hdf5Bytes, address: number): Message[] {
  file.expect(address, 'OHDR');
  const flags = file.u8(address + 5);
  const start = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sizeBytes = 2 ** (flags & 3);
  const head = flags & 4 ? 6 : 4;
  const messages: Message[] = [];
  const first = start + sizeBytes;
  const blocks: Block[] = [{ start: first, end: first + file.unsigned(start, sizeBytes) }];
  for (const block of blocks) {
    for (let at = block.start; at + head <= block.end;) {
      const [type, size] = [file.u8(at), file.u16(at + 1)];
      addMessage(file, { type, at: at + head, size }, file.u8(at + 3), messages, blocks, 4);
      at += head + size;
    }
  }
  return messages;
}

/** Further blocks of version 2 begin with a signature and end in a checksum, of four bytes each. */
function addMessage(
  file: Hdf5Bytes,
  message: Message,
  flags: number,
  messages: Message[],
  blocks: Block[],
  frame: 0 | 4,
): void {
  const { type, at } = message;
  if (type === messageTypes.continuation) {
    const start = file.u64(at);
    blocks.push({ start: start + frame, end: start + file.u64(at + 8) - frame });
    return;
  }
  const isShared = (flags & 2) !== 0;
  if (isShared && (type === messageTypes.datatype || type === messageTypes.dataspace)) {
    throw new Error('its types lie elsewhere in the file, which is not read');
  }
  messages.push(message);
}

export function findMessage(messages: readonly Message[], type: number): Message | undefined {
  return messages.find((message) => message.type === type);
}

/** @throws Error where an object lacks what it must have. */
export function requireMessage(messages: readonly Message[], type: number): Message {
  const found = findMessage(messages, type);
  if (found === undefined) throw new Error(`an object lacks its description (${type})`);
  return found;
}
