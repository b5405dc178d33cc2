import { ModelError } from '../../errors.ts';
import { paced, type Turn } from '../paced.ts';
import type { NamedTensor } from '../safetensors.ts';
import { readAttributes, type Attributes } from './attributes.ts';
import { Hdf5Bytes } from './bytes.ts';
import { readDataset } from './dataset.ts';
import { readLinks } from './links.ts';
import { findMessage, messageTypes, readMessages } from './object-header.ts';

/** A group in an HDF5 file. Every method throws ModelError `invalid-file` where the file is broken. */
export interface Hdf5Group {
  /** Tells it from other groups of the file: links may lead to the same from several places, and back. */
  readonly id: number;
  /** The texts of an attribute; `undefined` where there is none of that name, or it holds something else. */
  readonly texts: (attribute: string) => readonly string[] | undefined;
  /** What lies in this group. */
  readonly names: () => readonly string[];
  /** A group below this one; `undefined` where there is none. */
  readonly group: (path: string) => Hdf5Group | undefined;
  readonly tensor: (path: string) => Promise<NamedTensor>;
}

/**
 * Opens what Keras writes by h5py: groups, text attributes, data sets of numbers in one piece or in parts, deflated or not.
 * A reader of its own, because the file's structures - addresses, lengths, sizes - may say anything: here each is held
 * against the file's length before memory or time is taken for it.
 *
 * @param turn is awaited before each tensor, and within large ones: what it throws ends the reading
 * @throws ModelError `invalid-file` for a truncated or broken file.
 *
 * Source: HDF5 File Format Specification, version 3.0.
 */
export function openHdf5(name: string, bytes: Uint8Array, turn: Turn = () => Promise.resolve()): Hdf5Group {
  return guarded(name, () => {
    const file = new Hdf5Bytes(bytes);
    const { root, endOfFile } = readSuperblock(file);
    if (bytes.byteLength < endOfFile) {
      throw new ModelError(
        'invalid-file',
        `${name} is truncated: ${bytes.byteLength} of ${endOfFile} bytes are there. Fetch or copy it again.`,
      );
    }
    return openGroup({ name, file, turn, ...endable(paced(turn)) }, root);
  });
}

/** Source: II.A. */
function readSuperblock(file: Hdf5Bytes): { root: number; endOfFile: number } {
  const version = file.u8(8);
  if (version > 3) throw new Error(`it is of version ${version}, which is not read`);
  const isOld = version <= 1;
  const [offsetBytes, lengthBytes] = isOld ? [file.u8(13), file.u8(14)] : [file.u8(9), file.u8(10)];
  if (offsetBytes !== 8 || lengthBytes !== 8)
    throw new Error('its addresses are of another size than 64 bits');
  const base = isOld ? 24 + 4 * version : 12;
  if (file.u64(base) !== 0) throw new Error('it begins inside another file, which is not read');
  return { endOfFile: file.u64(base + 16), root: file.u64(isOld ? base + 40 : base + 24) };
}

interface OpenFile {
  readonly name: string;
  readonly file: Hdf5Bytes;
  readonly turn: Turn;
  /** The same, between parts of a tensor that may be many and short. */
  readonly pace: Turn;
  /** What it has thrown, which says nothing of the file. */
  readonly endings: ReadonlySet<unknown>;
}

function endable(turn: Turn): Pick<OpenFile, 'pace' | 'endings'> {
  const endings = new Set<unknown>();
  const pace = async (): Promise<void> => {
    try {
      await turn();
    } catch (reason) {
      endings.add(reason);
      throw reason;
    }
  };
  return { pace, endings };
}

function openGroup(opened: OpenFile, address: number): Hdf5Group {
  const { name, file, turn, pace, endings } = opened;
  const messages = readMessages(file, address);
  const links = readLinks(file, messages);
  let attributes: Attributes | undefined;
  const follow = (path: string): number | undefined => {
    const parts = path.split('/').filter((part) => part !== '');
    let [here, at]: [ReadonlyMap<string, number>, number | undefined] = [links, undefined];
    for (const [i, part] of parts.entries()) {
      at = here.get(part);
      if (at === undefined) return undefined;
      if (i < parts.length - 1) here = readLinks(file, readMessages(file, at));
    }
    return at;
  };
  return {
    id: address,
    texts: (attribute) =>
      guarded(name, () => {
        attributes ??= readAttributes(file, messages);
        return attributes.get(attribute) ?? undefined;
      }),
    names: () => [...links.keys()],
    group: (path) =>
      guarded(name, () => {
        const at = follow(path);
        if (at === undefined || isDataset(file, at)) return undefined;
        return openGroup(opened, at);
      }),
    tensor: async (path) => {
      await turn();
      return guardedAsync(name, endings, async () => {
        const at = follow(path);
        if (at === undefined || !isDataset(file, at)) throw new Error(`${path.slice(0, 200)} is no data set`);
        return { name: path, ...(await readDataset(file, readMessages(file, at), pace)) };
      });
    },
  };
}

function isDataset(file: Hdf5Bytes, address: number): boolean {
  return findMessage(readMessages(file, address), messageTypes.dataspace) !== undefined;
}

function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw broken(file, cause);
  }
}

async function guardedAsync<T>(
  file: string,
  endings: ReadonlySet<unknown>,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw endings.has(cause) ? cause : broken(file, cause);
  }
}

function broken(file: string, cause: unknown): ModelError {
  if (cause instanceof ModelError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ModelError(
    'invalid-file',
    `${file} is a broken HDF5 file (${reason}). Fetch or save it again.`,
    {
      cause,
    },
  );
}
