import { File, type Dataset, type Group } from 'jsfive';
import { ModelError } from '../errors.ts';
import type { NamedTensor } from './safetensors.ts';

/** A group in an HDF5 file. Every method throws ModelError `invalid-file` where the file is broken. */
export interface Hdf5Group {
  readonly has: (attribute: string) => boolean;
  readonly attribute: (name: string) => unknown;
  /** A group below this one; `undefined` where there is none. */
  readonly group: (path: string) => Hdf5Group | undefined;
  readonly tensor: (path: string) => NamedTensor;
}

/** @throws ModelError `invalid-file` for a truncated or broken file. */
export function openHdf5(name: string, bytes: Uint8Array): Hdf5Group {
  const expected = endOfFile(bytes);
  if (expected !== undefined && bytes.byteLength < expected) {
    throw new ModelError(
      'invalid-file',
      `${name} is truncated: ${bytes.byteLength} of ${expected} bytes are there. Fetch or copy it again.`,
    );
  }
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return wrap(
    name,
    guarded(name, () => new File(buffer as ArrayBuffer, name)),
  );
}

/** A text attribute; fixed-length ones end in NULs. */
export function textOf(value: unknown): string {
  const text = String(Array.isArray(value) ? value[0] : value);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function wrap(file: string, group: Group): Hdf5Group {
  return {
    has: (attribute) => guarded(file, () => attribute in group.attrs),
    attribute: (name) => guarded(file, () => group.attrs[name]),
    group: (path) =>
      guarded(file, () => {
        const found = group.keys.includes(path.split('/')[0] ?? '') ? group.get(path) : undefined;
        return found === undefined || isDataset(found) ? undefined : wrap(file, found);
      }),
    tensor: (path) =>
      guarded(file, () => {
        const found = group.get(path);
        if (!isDataset(found)) throw new Error(`${path} is no data set`);
        const values = Float32Array.from(found.value);
        const size = found.shape.reduce((product, length) => product * length, 1);
        if (values.length !== size) throw new Error(`${path} holds ${values.length} of ${size} values`);
        return { name: path, shape: found.shape, values };
      }),
  };
}

function isDataset(object: Group | Dataset): object is Dataset {
  return 'shape' in object;
}

/** The reader throws strings and range errors on a broken file. */
function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError(
      'invalid-file',
      `${file} is a broken HDF5 file (${reason}). Fetch or save it again.`,
      { cause },
    );
  }
}

/**
 * The length the superblock says the file has, which tells a truncated one.
 *
 * Source: HDF5 File Format Specification, version 3.0, II.A.
 */
function endOfFile(bytes: Uint8Array): number | undefined {
  const version = bytes[8];
  const position = version === 0 ? 40 : version === 1 ? 44 : 28;
  const offsetSize = version === 0 || version === 1 ? bytes[13] : bytes[9];
  if (offsetSize !== 8 || bytes.byteLength < position + 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Number(view.getBigUint64(position, true));
}
