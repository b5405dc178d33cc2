import { unzipSync } from 'fflate';
import { ModelError } from '../errors.ts';
import { mostInflation } from '../input/inflate.ts';
import { limits } from './limits.ts';

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

/**
 * Unpacks the files of a `.keras` archive; others in it, such as vocabularies, are left packed.
 *
 * @throws ModelError `invalid-file` for a damaged archive or one that holds more than is read of a file, `unsupported-format`
 *   for an archive of something else
 */
export function unzipKeras(name: string, bytes: Uint8Array): KerasArchive {
  const names: string[] = [];
  let tooLarge: string | undefined;
  let files: Readonly<Record<string, Uint8Array>>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name: inner, size, originalSize }) => {
        names.push(inner);
        // The archive says how many files it holds, and may say any number.
        if (names.length * fewestEntryBytes > bytes.length)
          throw new Error('it lists more files than it can hold');
        const most = mostBytes.get(inner);
        if (most === undefined) return false;
        // Held against the archive before memory is taken: it may claim any size.
        const fits =
          originalSize <= most && originalSize <= (size + 1) * mostInflation && size <= bytes.length;
        if (!fits) tooLarge ??= inner;
        return fits;
      },
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError(
      'invalid-file',
      `${name} is a damaged zip archive (${reason}). Fetch or save it again.`,
      {
        cause,
      },
    );
  }
  if (tooLarge !== undefined) {
    throw new ModelError(
      'invalid-file',
      `${name} is a damaged zip archive (${tooLarge} in it claims more than it can hold). Fetch or save it again.`,
    );
  }
  const [config, metadata, weights] = [files[configName], files[metadataName], files[weightsName]];
  if (config && weights) return { config, metadata, weights };
  throw new ModelError('unsupported-format', `${name} is ${describeArchive(names)}`);
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
