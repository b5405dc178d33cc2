import { ModelError } from '../errors.ts';
import { checkSum } from './checksum.ts';
import { halfToNumber } from './half-precision.ts';
import { limits } from './limits.ts';
import type { OpenedSource } from './model-source.ts';
import { WeightBytes } from './weight-bytes.ts';
import { entryBytes, type WeightEntry, type WeightsManifest } from './weights-manifest.ts';

/** A weight in the files of a TF.js model, whose values stay there until they are read. */
export interface StoredWeight extends Pick<WeightEntry, 'name' | 'shape' | 'dtype' | 'group'> {
  /**
   * Returns its values: numbers in float32, whole ones and truth values (0, 1) in float64. They may be those of the files themselves.
   *
   * @throws ModelError `unsupported-format` for text and complex numbers
   */
  readonly read: () => Float32Array | Float64Array;
}

/**
 * Reads the files that a manifest names; they lie beside the main file or below it, and hold no more than the manifest says.
 *
 * @throws ModelError `not-found`, `invalid-file` for files that are too short or too long, or do not fit their checksums
 */
export async function readStoredWeights(
  source: Pick<OpenedSource, 'name' | 'sibling'>,
  manifest: WeightsManifest,
): Promise<StoredWeight[]> {
  const found: StoredWeight[] = [];
  for (const { paths, weights, sha256 } of manifest) {
    const hasText = weights.some(({ dtype }) => dtype === 'string');
    const expected = weights.reduce((sum, entry) => sum + entryBytes(entry), 0);
    const parts: Uint8Array[] = [];
    // How long texts are, only the files say.
    let left = hasText ? limits.fileBytes : expected;
    for (const path of paths) {
      const part = await source.sibling(path, left);
      parts.push(part);
      left -= part.byteLength;
    }
    const bytes = new WeightBytes(parts);
    const sizes = paths.map((path, i) => `${path}: ${String(parts[i]?.byteLength ?? 0)} bytes`).join(', ');
    found.push(...storedWeights(source.name, bytes, weights, sizes));
    for (const [i, path] of paths.entries()) {
      await checkSum(`${path} of ${source.name}`, parts[i] ?? new Uint8Array(), sha256?.[i]);
    }
  }
  return found;
}

/**
 * Returns the weights that lie one after the other in `bytes`.
 *
 * @param sizes where the bytes come from, for messages
 * @throws ModelError `invalid-file` where they do not end where the last weight does
 */
export function storedWeights(
  name: string,
  bytes: WeightBytes,
  entries: readonly WeightEntry[],
  sizes = 'in memory',
): StoredWeight[] {
  let start = 0;
  const found = entries.map((entry): StoredWeight => {
    const from = start;
    start += entry.dtype === 'string' ? textBytes(bytes, from, entry) : entryBytes(entry);
    const to = start;
    return { ...entry, read: () => decode(name, bytes.slice(from, to), entry) };
  });
  if (start === bytes.length) return found;
  throw new ModelError(
    'invalid-file',
    `The weights of ${name} are truncated: ${String(start)} bytes were expected, ${String(bytes.length)} are there ` +
      `(${sizes}). Fetch or save the model again.`,
  );
}

/** Each text has its length before it. */
function textBytes(bytes: WeightBytes, start: number, { shape }: WeightEntry): number {
  const count = shape.reduce((product, length) => product * length, 1);
  let at = start;
  for (let i = 0; i < count && at < bytes.length; i++) {
    const head = bytes.slice(at, at + 4);
    at += 4 + (head.byteLength === 4 ? viewOf(head).getUint32(0, true) : 0);
  }
  return at - start;
}

function decode(
  name: string,
  bytes: Uint8Array,
  { name: weight, dtype, quantization }: WeightEntry,
): Float32Array | Float64Array {
  const view = viewOf(bytes);
  if (dtype === 'string' || dtype === 'complex64') {
    throw new ModelError(
      'unsupported-format',
      `The weight "${weight}" of ${name} has values of the type ${dtype}, which a network that is explained cannot read.`,
    );
  }
  if (quantization) {
    const size = bytes.byteLength / { float16: 2, uint16: 2, uint8: 1 }[quantization.dtype];
    const values = dtype === 'float32' ? new Float32Array(size) : new Float64Array(size);
    if (quantization.dtype === 'float16') {
      for (let i = 0; i < size; i++) values[i] = halfToNumber(view.getUint16(2 * i, true));
      return values;
    }
    const { scale, min } = quantization;
    const isBytes = quantization.dtype === 'uint8';
    for (let i = 0; i < size; i++) {
      const value = (isBytes ? view.getUint8(i) : view.getUint16(2 * i, true)) * scale + min;
      values[i] = dtype === 'int32' ? Math.round(value) : value;
    }
    return values;
  }
  if (dtype === 'bool') return Float64Array.from(bytes, (value) => Number(value !== 0));
  const size = bytes.byteLength / 4;
  if (dtype === 'int32') return Float64Array.from({ length: size }, (_, i) => view.getInt32(4 * i, true));
  if (!isLittleEndian) return Float32Array.from({ length: size }, (_, i) => view.getFloat32(4 * i, true));
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, size);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
