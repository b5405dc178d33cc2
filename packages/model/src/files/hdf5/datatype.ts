import type { Hdf5Bytes } from './bytes.ts';

/** What the elements of a data set or attribute are. */
export type Datatype =
  | { readonly kind: 'number'; readonly bytes: number; readonly read: NumberReader }
  | { readonly kind: 'text'; readonly bytes: number }
  /** Each element is the place of a text elsewhere. */
  | { readonly kind: 'text-elsewhere'; readonly bytes: 16 }
  | { readonly kind: 'other'; readonly bytes: number };

type NumberReader = (view: DataView, at: number) => number;

/** Source: HDF5 File Format Specification, version 3.0, IV.A.2.d. */
export function readDatatype(file: Hdf5Bytes, at: number): Datatype {
  const bits = file.u8(at + 1);
  const bytes = file.u32(at + 4);
  if (bytes === 0) throw new Error('a type has no size');
  const littleEndian = (bits & 1) === 0;
  switch (file.u8(at) & 15) {
    case 0:
      return numberType(bytes, integerReader(bytes, (bits & 8) !== 0, littleEndian));
    case 1: {
      // Bits of the exponent and of the mantissa tell IEEE numbers from others of their size.
      const form = `${bytes} ${file.u8(at + 13)} ${file.u8(at + 15)}`;
      return numberType(bytes, floatReader(form, littleEndian));
    }
    case 3:
      return { kind: 'text', bytes };
    case 9:
      return (bits & 15) === 1 && bytes === 16 ? { kind: 'text-elsewhere', bytes } : { kind: 'other', bytes };
    default:
      return { kind: 'other', bytes };
  }
}

function numberType(bytes: number, read: NumberReader | undefined): Datatype {
  return read === undefined ? { kind: 'other', bytes } : { kind: 'number', bytes, read };
}

function integerReader(bytes: number, signed: boolean, little: boolean): NumberReader | undefined {
  switch (bytes) {
    case 1:
      return signed ? (view, at) => view.getInt8(at) : (view, at) => view.getUint8(at);
    case 2:
      return signed ? (view, at) => view.getInt16(at, little) : (view, at) => view.getUint16(at, little);
    case 4:
      return signed ? (view, at) => view.getInt32(at, little) : (view, at) => view.getUint32(at, little);
    case 8:
      return signed
        ? (view, at) => Number(view.getBigInt64(at, little))
        : (view, at) => Number(view.getBigUint64(at, little));
    default:
      return undefined;
  }
}

function floatReader(form: string, little: boolean): NumberReader | undefined {
  switch (form) {
    case '2 5 10':
      return (view, at) => halfToNumber(view.getUint16(at, little));
    case '4 8 23':
      return (view, at) => view.getFloat32(at, little);
    case '8 11 52':
      return (view, at) => view.getFloat64(at, little);
    default:
      return undefined;
  }
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

/** Sizes of a data set or attribute; none for a single value. Source: IV.A.2.b. */
export function readDataspace(file: Hdf5Bytes, at: number): number[] {
  const version = file.u8(at);
  if (version !== 1 && version !== 2) throw new Error(`sizes are in version ${version}, which is not read`);
  const start = at + (version === 1 ? 8 : 4);
  return Array.from({ length: file.u8(at + 1) }, (_, axis) => file.u64(start + 8 * axis));
}

/** How many elements sizes stand for; never more than bytes in a file and its unpacked data. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}
