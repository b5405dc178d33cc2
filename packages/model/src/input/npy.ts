import { ModelError } from '../errors.ts';

/** Element types by NumPy's codes: kind and bytes an element. */
export type NpyType = keyof typeof elementTypes;
/** The elements of an array of a `.npy` file, in the type nearest to that of the file. */
export type NpyData =
  Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** An array of a `.npy` file. */
export interface NpyArray {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Row-major whatever the order in the file. 64-bit integers come as doubles, exact or refused. */
  readonly data: NpyData;
}

interface ElementType {
  readonly byteLength: number;
  readonly create: (length: number) => NpyData;
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number;
}

const elementTypes = {
  f8: { byteLength: 8, create: (n) => new Float64Array(n), read: (v, at, le) => v.getFloat64(at, le) },
  f4: { byteLength: 4, create: (n) => new Float32Array(n), read: (v, at, le) => v.getFloat32(at, le) },
  i8: {
    byteLength: 8,
    create: (n) => new Float64Array(n),
    read: (v, at, le) => exact(v.getBigInt64(at, le)),
  },
  u8: {
    byteLength: 8,
    create: (n) => new Float64Array(n),
    read: (v, at, le) => exact(v.getBigUint64(at, le)),
  },
  i4: { byteLength: 4, create: (n) => new Int32Array(n), read: (v, at, le) => v.getInt32(at, le) },
  u4: { byteLength: 4, create: (n) => new Uint32Array(n), read: (v, at, le) => v.getUint32(at, le) },
  i2: { byteLength: 2, create: (n) => new Int16Array(n), read: (v, at, le) => v.getInt16(at, le) },
  u2: { byteLength: 2, create: (n) => new Uint16Array(n), read: (v, at, le) => v.getUint16(at, le) },
  i1: { byteLength: 1, create: (n) => new Int8Array(n), read: (v, at) => v.getInt8(at) },
  u1: { byteLength: 1, create: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  b1: { byteLength: 1, create: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
} as const satisfies Record<string, ElementType>;

const magic = '\x93NUMPY';
/** Of NumPy itself, since 2.0. */
const mostAxes = 64;
/** Signature, version and the longer of the two length fields: no complete file is shorter. */
const shortestHeader = 12;

/** Whether the bytes begin as a `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, magic.length)) === magic;
}

/**
 * The array in a `.npy` file of format version 1, 2 or 3, in either byte order and either memory order.
 *
 * @param name how messages call the file
 * @throws ModelError `invalid-file` for a damaged file, `unsupported-format` for element types that are not real numbers
 *   of at most 64 bits
 *
 * Source: NumPy, `numpy/lib/format.py`.
 */
export function decodeNpy(bytes: Uint8Array, name = 'the array'): NpyArray {
  const { type, littleEndian, fortranOrder, shape, dataOffset } = readHeader(bytes, name);
  const element: ElementType = elementTypes[type];
  const length = shape.reduce((product, size) => product * size, 1);
  const byteLength = length * element.byteLength;
  const available = bytes.length - dataOffset;
  if (available < byteLength) {
    const expected = `[${shape.join(', ')}] of ${type} needs ${byteLength} bytes`;
    throw damaged(name, `${expected}, the file holds ${available}`);
  }

  const data = element.create(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset, byteLength);
  const sourceOf = fortranOrder ? fortranIndex(shape) : (index: number): number => index;
  try {
    for (let i = 0; i < length; i++) {
      data[i] = element.read(view, sourceOf(i) * element.byteLength, littleEndian);
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ModelError(
      'unsupported-format',
      `${name} holds an integer beyond 2^53, which a double cannot hold; save it as float64`,
      { cause },
    );
  }
  return { type, shape, data };
}

interface NpyHeader {
  /** Element type and byte order, as the file says them. */
  readonly description: string;
  readonly type: NpyType;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly dataOffset: number;
}

function readHeader(bytes: Uint8Array, name: string): NpyHeader {
  const { header, dataOffset } = splitHeader(bytes, name);
  const field = (pattern: RegExp, what: string): string => {
    const found = pattern.exec(header)?.[1];
    if (found === undefined) throw damaged(name, `its header has no ${what}`);
    return found;
  };
  const fortranOrder = field(/'fortran_order'\s*:\s*(True|False)/, 'fortran_order') === 'True';
  const shape = parseShape(field(/'shape'\s*:\s*\(([^)]*)\)/, 'shape'), name);
  const description = field(/'descr'\s*:\s*('[^']*'|\[[^\]]*\])/, 'descr');
  return { description, ...parseElementType(description, name), fortranOrder, shape, dataOffset };
}

/** Where the rows of a `.npy` file lie, the parts of its array along the first axis. */
export interface NpyRows {
  /** Null for an array without axes. */
  readonly count: number | null;
  /** Where the first row begins, in bytes. */
  readonly offset: number;
  /** Of a row. */
  readonly byteLength: number;
  /** Returns a row, given its bytes, as a `.npy` file of its own. */
  fileOf(row: Uint8Array): Uint8Array;
}

/**
 * Reads from the first bytes of a `.npy` file where its rows are, so that an array of any size can be read row by row.
 *
 * @param start as much of the file as its header takes
 * @throws ModelError as `decodeNpy`, and `unsupported-format` where rows do not lie together
 */
export function npyRows(start: Uint8Array, name = 'the array'): NpyRows {
  const { description, type, fortranOrder, shape, dataOffset } = readHeader(start, name);
  const [count = null, ...rest] = shape;
  if (fortranOrder && rest.length > 0) {
    throw new ModelError(
      'unsupported-format',
      `${name} has its first axis innermost (fortran_order); save it with numpy.ascontiguousarray`,
    );
  }
  const byteLength = rest.reduce((product, size) => product * size, elementTypes[type].byteLength);
  const header = headerBytes(description, rest);
  return {
    count,
    offset: dataOffset,
    byteLength,
    fileOf: (row) => {
      const bytes = new Uint8Array(header.length + row.length);
      bytes.set(header);
      bytes.set(row, header.length);
      return bytes;
    },
  };
}

/**
 * A `.npy` file (version 1, little-endian, row-major) that `numpy.load` reads.
 *
 * @throws ModelError `invalid-data` when the shape does not fit the number of values
 */
export function encodeNpy(data: NpyData, shape: readonly number[] = [data.length]): Uint8Array<ArrayBuffer> {
  const length = shape.reduce((product, size) => product * size, 1);
  if (length !== data.length) {
    throw new ModelError(
      'invalid-data',
      `an array of shape [${shape.join(', ')}] has ${length} values, got ${data.length}; pass the shape of the data`,
    );
  }
  const type = typeOf(data);
  const order = data.BYTES_PER_ELEMENT === 1 ? '|' : '<';
  const header = headerBytes(`'${order}${type}'`, shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  writeLittleEndian(new DataView(bytes.buffer), header.length, data);
  return bytes;
}

/** What stands before the values of a row-major array, in version 1. */
function headerBytes(description: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape.join()},` : shape.join(', ');
  const dictionary = `{'descr': ${description}, 'fortran_order': False, 'shape': (${tuple}), }`;
  // The data starts at a multiple of 64 bytes; the header ends with a newline.
  const dataOffset = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(dataOffset);
  const text = magic + '\x01\x00\x00\x00' + dictionary.padEnd(dataOffset - 11) + '\n';
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  new DataView(bytes.buffer).setUint16(8, dataOffset - 10, true);
  return bytes;
}

function splitHeader(bytes: Uint8Array, name: string): { header: string; dataOffset: number } {
  if (!isNpy(bytes)) throw damaged(name, 'it does not begin with the .npy signature');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < shortestHeader) throw damaged(name, 'it ends inside its header');
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw new ModelError(
      'unsupported-format',
      `${name}: .npy version ${version} is unknown; save it with numpy.save`,
    );
  }
  const headerOffset = version === 1 ? 10 : 12;
  const dataOffset = headerOffset + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < dataOffset) throw damaged(name, 'it ends inside its header');
  return { header: new TextDecoder().decode(bytes.subarray(headerOffset, dataOffset)), dataOffset };
}

function parseShape(tuple: string, name: string): number[] {
  const sizes = tuple.split(',').map((part) => part.trim());
  const shape = sizes
    .filter((part) => part !== '')
    .map((part) => (/^\d+L?$/.test(part) ? parseInt(part, 10) : NaN));
  if (shape.length > mostAxes || !shape.every((size) => Number.isSafeInteger(size)))
    throw damaged(name, `its shape is (${tuple.slice(0, 100)})`);
  return shape;
}

function parseElementType(description: string, name: string): { type: NpyType; littleEndian: boolean } {
  const [, order, type] = /^'([<>|=])(\w+)'$/.exec(description) ?? [];
  if (type === undefined || !isNpyType(type)) {
    throw new ModelError(
      'unsupported-format',
      `${name} holds elements of type ${description.slice(0, 40)}; expected real numbers: save it with array.astype('float32')`,
    );
  }
  return { type, littleEndian: order !== '>' };
}

function isNpyType(type: string): type is NpyType {
  return Object.hasOwn(elementTypes, type);
}

/** Where element `index` of the row-major array stands in a column-major one. */
function fortranIndex(shape: readonly number[]): (index: number) => number {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  return (index) => {
    let rest = index;
    let position = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      position += (rest % size) * strides[axis]!;
      rest = Math.floor(rest / size);
    }
    return position;
  };
}

function typeOf(data: NpyData): NpyType {
  if (data instanceof Float64Array) return 'f8';
  if (data instanceof Float32Array) return 'f4';
  if (data instanceof Int32Array) return 'i4';
  if (data instanceof Uint32Array) return 'u4';
  if (data instanceof Int16Array) return 'i2';
  if (data instanceof Uint16Array) return 'u2';
  return data instanceof Int8Array ? 'i1' : 'u1';
}

function writeLittleEndian(view: DataView, offset: number, data: NpyData): void {
  const size = data.BYTES_PER_ELEMENT;
  data.forEach((value, i) => {
    const at = offset + i * size;
    if (data instanceof Float64Array) view.setFloat64(at, value, true);
    else if (data instanceof Float32Array) view.setFloat32(at, value, true);
    else if (size === 4) view.setInt32(at, value, true);
    else if (size === 2) view.setInt16(at, value, true);
    else view.setInt8(at, value);
  });
}

/** @throws RangeError for an integer that is no double */
function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is not a safe integer`);
  return number;
}

function damaged(name: string, detail: string): ModelError {
  return new ModelError(
    'invalid-file',
    `${name} is not a readable .npy file: ${detail}; save it again with numpy.save`,
  );
}
