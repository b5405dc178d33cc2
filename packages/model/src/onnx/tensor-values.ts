import type { TensorProto } from 'onnx-buf';
import { ModelError } from '../errors.ts';
import type { ConstantTensor, ElementType } from '../nodes/constant-tensor.ts';
import { product } from '../nodes/layout.ts';
import { halfToNumber } from '../files/half-precision.ts';

interface Coding {
  readonly type: ElementType;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** By the numbers of ONNX's `TensorProto.DataType`. */
const CODINGS: Readonly<Record<number, Coding>> = {
  1: { type: 'float', bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  2: { type: 'integer', bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { type: 'integer', bytes: 1, read: (view, at) => view.getInt8(at) },
  4: { type: 'integer', bytes: 2, read: (view, at) => view.getUint16(at, true) },
  5: { type: 'integer', bytes: 2, read: (view, at) => view.getInt16(at, true) },
  6: { type: 'integer', bytes: 4, read: (view, at) => view.getInt32(at, true) },
  7: { type: 'integer', bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { type: 'boolean', bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  10: { type: 'float', bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  11: { type: 'float', bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  12: { type: 'integer', bytes: 4, read: (view, at) => view.getUint32(at, true) },
  13: { type: 'integer', bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  16: { type: 'float', bytes: 2, read: (view, at) => brainToNumber(view.getUint16(at, true)) },
};

const FLOAT = 1;
const [FLOAT16, DOUBLE, BFLOAT16] = [10, 11, 16];

/** The kind of numbers behind one of ONNX's data types, or null where tensors of it are not read. */
export function elementTypeOf(dataType: number): ElementType | null {
  return CODINGS[dataType]?.type ?? null;
}

/**
 * Returns a tensor of the file: half precision in float32, double precision in float64, all else as it is.
 *
 * @param external its bytes where they lie outside the file
 * @throws ModelError `invalid-file` where there are not as many values as its shape says; `unsupported-format` for
 *   strings, complex numbers and packed small floats
 */
export function tensorValues(tensor: TensorProto, file: string, external?: Uint8Array): ConstantTensor {
  const shown = `the tensor "${tensor.name}" of ${file}`;
  const dims = tensor.dims.map(Number);
  const size = product(dims);
  const coding = CODINGS[tensor.dataType];
  if (!coding) {
    throw new ModelError(
      'unsupported-format',
      `${shown} has values of ONNX's data type ${String(tensor.dataType)}, which is not read. Export the network in float32.`,
    );
  }
  if (!Number.isSafeInteger(size) || dims.some((length) => length < 0)) {
    throw new ModelError(
      'invalid-file',
      `${shown} has the shape [${dims.join(', ')}], which no file holds. Export it again.`,
    );
  }
  const { type } = coding;
  const raw = external ?? (tensor.rawData.byteLength > 0 ? tensor.rawData : null);
  if (raw) {
    refuseOtherSize(shown, dims, raw.byteLength, size * coding.bytes, 'bytes');
    return { dims, type, values: fromBytes(raw, size, tensor.dataType, coding) };
  }
  const listed = listedValues(tensor);
  refuseOtherSize(shown, dims, listed.length, size, 'values');
  const values =
    type === 'float' && tensor.dataType !== DOUBLE ? Float32Array.from(listed) : Float64Array.from(listed);
  return { dims, type, values };
}

function fromBytes(
  raw: Uint8Array,
  size: number,
  dataType: number,
  { type, bytes, read }: Coding,
): ConstantTensor['values'] {
  const isAligned = raw.byteOffset % 4 === 0 && isLittleEndian;
  if (dataType === FLOAT && isLittleEndian) {
    const own = isAligned ? raw : raw.slice();
    return new Float32Array(own.buffer, own.byteOffset, size);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const values = type === 'float' && dataType !== DOUBLE ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) values[i] = read(view, i * bytes);
  return values;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The values that stand as numbers in the message; half precision as the bits of a number. */
function listedValues(tensor: TensorProto): ArrayLike<number> {
  if (tensor.dataType === FLOAT16) return tensor.int32Data.map(halfToNumber);
  if (tensor.dataType === BFLOAT16) return tensor.int32Data.map(brainToNumber);
  const lists = [tensor.floatData, tensor.int32Data, tensor.doubleData];
  const found = lists.find((list) => list.length > 0);
  return found ?? [...tensor.int64Data, ...tensor.uint64Data].map(Number);
}

function refuseOtherSize(
  shown: string,
  dims: readonly number[],
  found: number,
  wanted: number,
  unit: string,
): void {
  if (found === wanted) return;
  throw new ModelError(
    'invalid-file',
    `${shown} has the shape [${dims.join(', ')}], which takes ${String(wanted)} ${unit}, but ${String(found)} are there. ` +
      'Fetch or export the file again.',
  );
}

/** The upper half of a float32. */
function brainToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

const scratch = new DataView(new ArrayBuffer(4));
