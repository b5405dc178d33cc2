import {
  array,
  literal,
  minValue,
  number,
  object,
  objectWithRest,
  optional,
  pipe,
  record,
  safeInteger,
  string,
  tuple,
} from 'valibot';
import { ModelError } from '../errors.ts';
import { readJson } from './check-schema.ts';

/** A float32 tensor outside TensorFlow.js. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Safetensors {
  readonly tensors: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * One file of named float32 tensors and text: eight bytes of header length (little-endian), a JSON header that places
 * each tensor, the values.
 *
 * Source: the safetensors format, https://huggingface.co/docs/safetensors.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = JSON.stringify(header);
  const encoder = new TextEncoder();
  // Spaces after the header put the values on a multiple of 8 bytes, as the format recommends.
  const unpadded = encoder.encode(text).byteLength;
  const headerBytes = encoder.encode(text + ' '.repeat((8 - (unpadded % 8)) % 8));
  const file = new Uint8Array(8 + headerBytes.byteLength + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes.byteLength), true);
  file.set(headerBytes, 8);
  let offset = 8 + headerBytes.byteLength;
  for (const { values } of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

const size = pipe(number(), safeInteger(), minValue(0));
const headerSchema = objectWithRest(
  { __metadata__: optional(record(string(), string()), {}) },
  object({ dtype: literal('F32'), shape: array(size), data_offsets: tuple([size, size]) }),
);

/**
 * @param fileName for messages
 * @throws ModelError `invalid-file`, also where the file is cut short.
 */
export function decodeSafetensors(file: Uint8Array, fileName = 'the file'): Safetensors {
  const invalid = (what: string): ModelError =>
    new ModelError('invalid-file', `${fileName} is no whole safetensors file: ${what}.`);
  if (file.byteLength < 8) throw invalid(`${file.byteLength} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (8 + headerLength > file.byteLength) throw invalid('its header is cut off');
  const text = file.subarray(8, 8 + headerLength);
  const { __metadata__: metadata, ...entries } = readJson(headerSchema, text, `the header of ${fileName}`);

  const tensors: NamedTensor[] = [];
  let taken = 0;
  for (const [name, { shape, data_offsets: offsets }] of Object.entries(entries)) {
    const [start, end] = offsets;
    const length = 4 * shape.reduce((product, axis) => product * axis, 1);
    if (end - start !== length) throw invalid(`${name} is not described as float32 values with a shape`);
    const from = 8 + headerLength + start;
    taken += length;
    // Taken together no more than there is: many tensors may name the same bytes.
    if (from + length > file.byteLength || taken > file.byteLength) {
      throw invalid(`the values of ${name} are cut off`);
    }
    // A copy, because values may start at any byte of the caller's buffer (whose own slice may be a mere view: Node's).
    const bytes = new Uint8Array(file.subarray(from, from + length));
    tensors.push({ name, shape, values: new Float32Array(bytes.buffer) });
  }
  return { tensors, metadata };
}
