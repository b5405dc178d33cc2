import { Unzip, UnzipInflate, unzipSync, type UnzipFile } from 'fflate';
import { ModelError } from '../errors.ts';
import { mostInflation } from '../input/inflate.ts';
import { limits } from './limits.ts';
import { paced, type Turn } from './paced.ts';

/** The files in a `.keras` archive that make a model. Source: `keras/src/saving/saving_lib.py` of Keras 3. */
export interface KerasArchive {
  readonly config: Uint8Array;
  readonly metadata: Uint8Array | undefined;
  readonly weights: Uint8Array;
}

const [configName, metadataName, weightsName] = ['config.json', 'metadata.json', 'model.weights.h5'];

/** Of the list at the end of an archive: an entry without its name. */
const fewestEntryBytes = 46;

/** How much each file may hold. */
const mostBytes = new Map<string, number>([
  [configName, limits.jsonBytes],
  [metadataName, limits.jsonBytes],
  [weightsName, limits.fileBytes],
]);

/** Packed bytes between two turns: at most 66 MB unpacked. */
const STEP_BYTES = 2 ** 16;

/**
 * Unpacks the files of a `.keras` archive; others in it, such as vocabularies, are left packed.
 *
 * @param turn is awaited again and again: what it throws ends the unpacking
 * @throws ModelError `invalid-file` for a damaged archive or one that holds more than is read of a file, `unsupported-format`
 *   for an archive of something else; the error of `turn`
 */
export async function unzipKeras(name: string, bytes: Uint8Array, turn: Turn): Promise<KerasArchive> {
  const listed = guarded(name, () => listFiles(bytes));
  const unpacking = new Unpacking(listed);
  const pace = paced(turn);
  for (let at = 0; at < bytes.length && !unpacking.isDone; at += STEP_BYTES) {
    await pace();
    const part = bytes.subarray(at, at + STEP_BYTES);
    guarded(name, () => {
      unpacking.push(part, at + STEP_BYTES >= bytes.length);
    });
  }
  const [config, metadata, weights] = [configName, metadataName, weightsName].map((file) =>
    unpacking.file(file),
  );
  if (config && weights) return { config, metadata, weights };
  const isListed = listed.names.includes(configName) && listed.names.includes(weightsName);
  if (isListed) throw damaged(name, 'it lists files that are not there');
  throw new ModelError('unsupported-format', `${name} is ${describeArchive(listed.names)}`);
}

interface Listed {
  readonly names: readonly string[];
  /** Of the files that are read, in bytes. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** What the list at the end of an archive says. @throws Error where it cannot be so */
function listFiles(bytes: Uint8Array): Listed {
  const names: string[] = [];
  const sizes = new Map<string, number>();
  unzipSync(bytes, {
    filter: ({ name, size, originalSize }) => {
      names.push(name);
      // The archive says how many files it holds, and may say any number.
      if (names.length * fewestEntryBytes > bytes.length)
        throw new Error('it lists more files than it can hold');
      const most = mostBytes.get(name);
      if (most === undefined) return false;
      // Held against the archive before memory is taken: it may claim any size.
      if (originalSize > most || originalSize > (size + 1) * mostInflation || size > bytes.length)
        throw new Error(`${name} in it claims more than it can hold`);
      sizes.set(name, originalSize);
      return false;
    },
  });
  return { names, sizes };
}

/** Unpacks, bit by bit, the files that are read of those listed. */
class Unpacking {
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #files = new Map<string, Uint8Array>();
  readonly #unzip: Unzip;

  constructor({ sizes }: Listed) {
    this.#sizes = sizes;
    this.#unzip = new Unzip((file) => {
      this.#begin(file);
    });
    this.#unzip.register(UnzipInflate);
  }

  get isDone(): boolean {
    return this.#files.size === this.#sizes.size;
  }

  file(name: string): Uint8Array | undefined {
    return this.#files.get(name);
  }

  /** @throws Error */
  push(part: Uint8Array, isLast: boolean): void {
    this.#unzip.push(part, isLast);
  }

  #begin(file: UnzipFile): void {
    const size = this.#sizes.get(file.name);
    if (size === undefined || this.#files.has(file.name)) return;
    const whole = new Uint8Array(size);
    let filled = 0;
    file.ondata = (error, data, isLast) => {
      // The types of the library say that there always is one.
      const failure = error as Error | null;
      if (failure !== null) throw failure;
      if (filled + data.length > size) throw new Error(`${file.name} in it holds more than its size says`);
      whole.set(data, filled);
      filled += data.length;
      if (!isLast) return;
      if (filled < size) throw new Error(`${file.name} in it holds less than its size says`);
      this.#files.set(file.name, whole);
    };
    file.start();
  }
}

function guarded<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw damaged(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function damaged(name: string, reason: string, cause?: unknown): ModelError {
  return new ModelError(
    'invalid-file',
    `${name} is a damaged zip archive (${reason}). Fetch or save it again.`,
    {
      cause,
    },
  );
}

/** Says what an archive is by the names in it, and what to give instead. */
function describeArchive(names: readonly string[]): string {
  const holds = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (holds(/^model\.weights\.(json|npz)$/) && holds(/^config\.json$/)) {
    return 'a .keras archive whose weights are split or in NumPy form. Save it in one piece: model.save("model.h5").';
  }
  if (holds(/(^|\/)data\.pkl$/)) return pytorch;
  if (holds(/(^|\/)saved_model\.pb$/)) {
    return 'a zip archive of a TensorFlow SavedModel. Load it in Keras and save it again: model.save("model.keras").';
  }
  const [model] = names.filter((name) => /(^|\/)[^/]+\.(json|h5|keras|onnx)$/.test(name));
  const inside = model === undefined ? 'no model in it' : `${model.slice(0, 100)} in it`;
  return `a zip archive with ${inside}, but no Keras model (${configName}, ${weightsName}). Unpack it and give the model file itself.`;
}

/** What `torch.save` writes is a zip archive, too. */
export const pytorch =
  'a file of PyTorch, whose network is in the program that made it. Export it there: torch.onnx.export(model, example, "model.onnx").';
