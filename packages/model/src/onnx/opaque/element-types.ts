import type { ModelTensorData } from '@ablation-cam/kernels/sessions';
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { ModelError } from '../../errors.ts';

type Encoding = Pick<ModelTensorData, 'type'> & {
  readonly encode: (values: ArrayLike<number>) => ModelTensorData['data'];
};

const ENCODINGS: Readonly<Record<number, Encoding>> = {
  [DataType.FLOAT]: {
    type: 'float32',
    encode: (values) => (values instanceof Float32Array ? values : Float32Array.from(values)),
  },
  [DataType.UINT8]: { type: 'uint8', encode: (values) => Uint8Array.from(values) },
  [DataType.INT8]: { type: 'int8', encode: (values) => Int8Array.from(values) },
  [DataType.UINT16]: { type: 'uint16', encode: (values) => Uint16Array.from(values) },
  [DataType.INT16]: { type: 'int16', encode: (values) => Int16Array.from(values) },
  [DataType.INT32]: { type: 'int32', encode: (values) => Int32Array.from(values) },
  [DataType.INT64]: { type: 'int64', encode: (values) => BigInt64Array.from(Array.from(values, BigInt)) },
  [DataType.BOOL]: {
    type: 'bool',
    encode: (values) => Uint8Array.from(values, (value) => Number(value !== 0)),
  },
};

/**
 * Returns numbers as ONNX Runtime takes them.
 *
 * @param dataType of ONNX: float32, truth values or whole numbers
 * @throws ModelError `unsupported-format` for another one
 */
export function encodeValues(values: ArrayLike<number>, dataType: number): ModelTensorData['data'] {
  return encodingOf(dataType).encode(values);
}

/** What ONNX Runtime calls a data type of ONNX. @throws as `encodeValues` */
export function runtimeType(dataType: number): ModelTensorData['type'] {
  return encodingOf(dataType).type;
}

function encodingOf(dataType: number): Encoding {
  const found = ENCODINGS[dataType];
  if (found) return found;
  throw new ModelError(
    'unsupported-format',
    `A tensor has ONNX's data type ${String(dataType)}; float32, truth values and whole numbers up to 64 bits were expected. ` +
      'Export the network in float32.',
  );
}
