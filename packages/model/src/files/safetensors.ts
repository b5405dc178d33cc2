import { ModelError } from '../errors.ts';

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

/** @throws ModelError `invalid-file`, also where the file is cut short. */
export function decodeSafetensors(file: Uint8Array): Safetensors {
  const invalid = (what: string, cause?: unknown): ModelError =>
    new ModelError('invalid-file', `Not a whole safetensors file: ${what}.`, { cause });
  if (file.byteLength < 8) throw invalid(`${file.byteLength} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (8 + headerLength > file.byteLength) throw invalid('its header is cut off');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  } catch (cause) {
    throw invalid('its header is no JSON', cause);
  }
  if (!isRecord(header)) throw invalid('its header is no object');

  const tensors: NamedTensor[] = [];
  const metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (!isRecord(entry)) throw invalid(`no description of ${name}`);
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) metadata[key] = String(value);
      continue;
    }
    const [shape, offsets] = [numbersOf(entry['shape']), numbersOf(entry['data_offsets'])];
    const [start = 0, end = 0] = offsets ?? [];
    const size = shape?.reduce((product, length) => product * length, 1);
    if (entry['dtype'] !== 'F32' || shape === undefined || size === undefined || end - start !== 4 * size) {
      throw invalid(`${name} is not described as float32 values with a shape`);
    }
    const from = 8 + headerLength + start;
    if (from + 4 * size > file.byteLength) throw invalid(`the values of ${name} are cut off`);
    // A copy, because values may start at any byte of the caller's buffer (whose own slice may be a mere view: Node's).
    const bytes = new Uint8Array(file.subarray(from, from + 4 * size));
    tensors.push({ name, shape, values: new Float32Array(bytes.buffer) });
  }
  return { tensors, metadata };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numbersOf(value: unknown): number[] | undefined {
  const valid = Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
  return valid ? (value as number[]) : undefined;
}
