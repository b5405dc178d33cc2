import {
  array,
  check,
  finite,
  maxLength,
  minValue,
  number,
  object,
  optional,
  picklist,
  pipe,
  safeInteger,
  string,
  variant,
  type InferOutput,
} from 'valibot';
import { ModelError } from '../errors.ts';
import { brokenAt, checkSchema } from './check-schema.ts';
import { limits } from './limits.ts';

const finiteNumber = pipe(number(), finite());

/** How values are stored in fewer bytes; TF.js multiplies by `scale` and adds `min`. */
const quantization = variant('dtype', [
  object({ dtype: picklist(['uint8', 'uint16']), scale: finiteNumber, min: finiteNumber }),
  object({ dtype: picklist(['float16']) }),
]);

const entry = pipe(
  object({
    name: pipe(
      string(),
      // TF.js keeps tensors in a plain object, which has these keys already.
      check((name) => !(name in {}), 'this cannot be the name of a weight'),
    ),
    // TF.js has no tensors of more axes.
    shape: pipe(array(pipe(number(), safeInteger(), minValue(0))), maxLength(6)),
    dtype: picklist(['float32', 'int32', 'bool', 'string', 'complex64']),
    quantization: optional(quantization),
    group: optional(string()),
  }),
  check(
    ({ dtype, quantization: stored }) =>
      stored === undefined || dtype === 'float32' || (dtype === 'int32' && stored.dtype !== 'float16'),
    'values of this type cannot be stored in fewer bytes',
  ),
);

const group = pipe(
  object({
    paths: array(string()),
    weights: array(entry),
    /** Of each file, where this package wrote them: SHA-256, in hexadecimal. */
    sha256: optional(array(string())),
  }),
  check(
    ({ paths, sha256 }) => sha256 === undefined || sha256.length === paths.length,
    'expected one checksum for each of the paths',
  ),
);

const manifest = pipe(
  array(group),
  check(
    (groups) => groups.reduce((sum, { paths }) => sum + paths.length, 0) <= limits.weightFiles,
    `expected at most ${limits.weightFiles} weight files`,
  ),
);

/** Which files hold a model's weights, and in what order. */
export type WeightsManifest = InferOutput<typeof manifest>;
export type WeightEntry = InferOutput<typeof entry>;

/** @throws ModelError `invalid-file` with the place in the file, or where there is no manifest. */
export function readManifest(name: string, value: unknown): WeightsManifest {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) {
    throw new ModelError(
      'invalid-file',
      `${name} names no weights (no weightsManifest). Save the model again as a whole.`,
    );
  }
  const groups = checkSchema(manifest, value, name, 'weightsManifest');
  const names = new Set<string>();
  let bytes = 0;
  for (const [g, { weights }] of groups.entries()) {
    for (const [i, weight] of weights.entries()) {
      const path = `weightsManifest[${g}].weights[${i}]`;
      if (names.has(weight.name)) throw brokenAt(name, path, 'another weight has the same name');
      names.add(weight.name);
      bytes += entryBytes(weight);
      if (!(bytes <= limits.fileBytes)) {
        throw brokenAt(name, `${path}.shape`, `more than ${limits.fileBytes} bytes of weights`);
      }
    }
  }
  return groups;
}

/** What an entry takes up in the files; of texts, which say their lengths there, nothing. */
export function entryBytes({ shape, dtype, quantization: stored }: WeightEntry): number {
  return shape.reduce((product, length) => product * length, 1) * bytesPerValue[stored?.dtype ?? dtype];
}

const bytesPerValue = {
  float32: 4,
  int32: 4,
  bool: 1,
  string: 0,
  complex64: 8,
  float16: 2,
  uint16: 2,
  uint8: 1,
} as const;
