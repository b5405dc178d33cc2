import { safeParse, type BaseIssue, type GenericSchema, type InferOutput } from 'valibot';
import { ModelError } from '../errors.ts';
import { checkSeal } from './checksum.ts';
import { parseJson } from './json.ts';

/**
 * `value` as what the schema describes.
 *
 * Schemas are Valibot's: of the libraries that check data at run time it adds least to a page, because only the checks
 * that are used are bundled (1.5 kB compressed here), and each complaint carries its path.
 *
 * @param name of the file, for messages
 * @param path of the value in the file, such as `modelTopology.config`
 * @throws ModelError `invalid-file` for the first thing that is wrong, with its path
 */
export function checkSchema<const Schema extends GenericSchema>(
  schema: Schema,
  value: unknown,
  name: string,
  path = '',
): InferOutput<Schema> {
  const result = safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw brokenAt(name, pathOf(issue, path), expectation(issue));
}

/** `parseJson`, then `checkSchema`. @throws ModelError `invalid-file` with the place of the fault. */
export function readJson<const Schema extends GenericSchema>(
  schema: Schema,
  source: Uint8Array | string,
  name: string,
): InferOutput<Schema> {
  return checkSchema(schema, parseJson(name, source), name);
}

/** `readJson` of a file that this package writes: it has a checksum, unless others wrote it. @throws ModelError `invalid-file`. */
export async function readSealedJson<const Schema extends GenericSchema>(
  schema: Schema,
  source: Uint8Array | string,
  name: string,
): Promise<InferOutput<Schema>> {
  await checkSeal(name, source);
  return readJson(schema, source, name);
}

/** An error that names the place in a file: `model.json is broken at weightsManifest[0].paths: expected ...`. */
export function brokenAt(name: string, path: string, what: string): ModelError {
  const where = path === '' ? 'as a whole' : `at ${path}`;
  return new ModelError('invalid-file', `${name} is broken ${where}: ${what}. Fetch or save it again.`);
}

function pathOf(issue: BaseIssue<unknown>, before: string): string {
  const keys = issue.path?.map(({ key }) => key) ?? [];
  return clipped(
    keys.reduce<string>(
      (path, key) =>
        typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`,
      before,
    ),
    200,
  );
}

function expectation({ message, expected, received, kind }: BaseIssue<unknown>): string {
  // A message of the schema's own says more than the two types.
  if (expected === null || !message.startsWith('Invalid ')) return message;
  if (expected === 'never') return 'this version knows no such field';
  const came = received === 'undefined' ? 'nothing is there' : `got ${clipped(received, 40)}`;
  return `expected ${kind === 'schema' ? lowerCase(expected) : expected}, ${came}`;
}

/** Valibot writes types as `Object` and alternatives as `("a" | "b")`. */
function lowerCase(expected: string): string {
  return expected.replace(/\b(Object|Array)\b/g, (word) => word.toLowerCase());
}

/** Names in a file may be of any length and hold anything. */
function clipped(text: string, length: number): string {
  const line = text.replace(/\p{C}/gu, '\ufffd');
  return line.length > length ? `${line.slice(0, length)}...` : line;
}
