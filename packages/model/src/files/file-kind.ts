import { ModelError } from '../errors.ts';
import { imageFormat } from '../input/image-format.ts';
import { isNpy } from '../input/npy.ts';
import { pytorch } from './keras-zip.ts';

export type FileKind = 'hdf5' | 'zip' | 'json';

/**
 * What a file is by its bytes, whatever it is called.
 *
 * @throws ModelError with what it is and what to give instead: `unsupported-format` for models of other kinds, `invalid-file`
 *   for what is no model
 */
export function fileKind(name: string, bytes: Uint8Array): FileKind {
  if (startsWith(bytes, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])) return 'hdf5';
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) return 'zip';
  const text = new TextDecoder().decode(bytes.subarray(0, 256));
  const start = text.replace(/^\ufeff/, '').trimStart();
  const isJson = start.startsWith('{') || start.startsWith('[');
  const other = isJson ? undefined : (otherModel(name, bytes) ?? otherFile(bytes, start));
  if (other) throw new ModelError(other.code, `${name} is ${other.what}`);
  if (isJson) return 'json';
  throw new ModelError(
    'invalid-file',
    `${name} (${bytes.byteLength} bytes) is neither a Keras .keras or .h5 file nor a TF.js model.json nor an ONNX file; it may be broken. ` +
      'Fetch or save it again.',
  );
}

interface Other {
  readonly code: 'unsupported-format' | 'invalid-file';
  readonly what: string;
}

function otherModel(name: string, bytes: Uint8Array): Other | undefined {
  const other = (what: string): Other => ({ code: 'unsupported-format', what });
  if (latin1(bytes, 4, 4) === 'TFL3') {
    return other(
      'a TFLite model, which is no longer made of layers. Give the Keras model it was converted from.',
    );
  }
  if (isSafetensors(bytes)) {
    return other(
      'a safetensors file: weights without a network. Export the model where it is built, in PyTorch torch.onnx.export(model, ' +
        'example, "model.onnx"), in Keras model.save("model.keras").',
    );
  }
  // A pickle of protocol 2, as PyTorch wrote before 1.6.
  if (startsWith(bytes, [0x80, 0x02])) return other(pytorch);
  // `SavedModel { saved_model_schema_version: 1, meta_graphs: ... }` as a protocol buffer, or a graph by its name.
  if (startsWith(bytes, [0x08, 0x01, 0x12]) || /\.pb$/i.test(name)) {
    return other(
      'a graph of TensorFlow (SavedModel), in which layers are dissolved. Load its folder in Keras and save it: ' +
        'model.save("model.keras").',
    );
  }
  if (/\.(tflite|ptl?|pth|safetensors)$/i.test(name)) {
    return other(
      'of another framework or format. Give a Keras .keras or .h5 file, a TF.js model.json or an ONNX file.',
    );
  }
  return undefined;
}

function otherFile(bytes: Uint8Array, start: string): Other | undefined {
  const other = (what: string): Other => ({ code: 'invalid-file', what });
  if (start.startsWith('version https://git-lfs')) {
    return other('a pointer of Git LFS, not the file itself. Fetch that: git lfs pull.');
  }
  if (/^<(!doctype html|html|\?xml|!--)/i.test(start)) {
    return other(
      "a web page, not a model: a server answered with it. Download the file itself (on GitHub: 'Download raw file').",
    );
  }
  if (bytes.byteLength === 0) return other('empty. Fetch or save it again.');
  if (imageFormat(bytes)) return other('a picture. Give it as the input, and a model file as the model.');
  return isNpy(bytes)
    ? other('a .npy array. Give it as the input, and a model file as the model.')
    : undefined;
}

/** Eight bytes of length, and a JSON object of at most that length. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.byteLength < 10) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(4, true) === 0 && view.getUint32(0, true) > 1 && latin1(bytes, 8, 2) === '{"';
}

function latin1(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}
