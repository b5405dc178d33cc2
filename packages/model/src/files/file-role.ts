/** What a file that is given with others is for, as far as its name tells. */
export type FileRole =
  /** The network, with its weights or without. */
  | 'network'
  /** Weights alone, which a network names. */
  | 'weights'
  /** What the network takes and what its classes are, see `beside-model.ts`. */
  | 'description'
  /** Names of classes alone. */
  | 'class-names'
  | 'other';

const ROLES: readonly (readonly [RegExp, FileRole])[] = [
  [/^(metadata|preprocessor_config|config)\.json$/i, 'description'],
  [/^(labels|classes|class_names|class_indices|id2label|imagenet_class_index)\.json$/i, 'class-names'],
  [/\.(txt|names|labels|csv|tsv)$/i, 'class-names'],
  // Shards of TensorFlow.js's models may have no ending.
  [/\.(bin|data|onnx_data)$|^group\d+-shard\d+of\d+$/i, 'weights'],
  [/\.(onnx|json|keras|h5|hdf5|pb|tflite|ptl?|pth|safetensors)$/i, 'network'],
];

/** What is a network by itself comes before what may be the other half of one. */
const PREFERENCE = [/\.onnx$/i, /^model\.json$/i, /\.keras$/i, /\.(h5|hdf5)$/i, /\.json$/i, /./];

/** Returns what a file is for by the last part of its path; what is in it is seen when it is opened. */
export function fileRole(path: string): FileRole {
  const name = lastPart(path);
  return ROLES.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
}

/**
 * Returns the file that a model is opened by, in whatever order its files are given: the network, never weights or descriptions
 * that lie beside one. Where there is none, a `config.json` may be a network of Keras that was unpacked, and a file of
 * another name anything; `undefined` for no files.
 */
export function mainFile<F extends { readonly name: string }>(files: readonly F[]): F | undefined {
  const networks = files.filter(({ name }) => fileRole(name) === 'network');
  const inOrder = PREFERENCE.flatMap((pattern) =>
    networks.filter(({ name }) => pattern.test(lastPart(name))),
  );
  return inOrder[0] ?? files.find(({ name }) => /\.json$/i.test(name)) ?? files[0];
}

/** The name of a file without the folders that it is in. */
export function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
