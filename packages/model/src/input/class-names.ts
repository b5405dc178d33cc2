import { ModelError } from '../errors.ts';
import { parseJson } from '../files/json.ts';
import { namesInJson } from './names-in-json.ts';
import { type InputSource, readSource } from './read-source.ts';

/**
 * Class names in the order of the model's outputs, from a file:
 * - text (UTF-8), one a line; blank lines at the end do not count
 * - JSON: a list, a map from indices to names or from names to indices (`class_indices` of Keras), the `metadata.json` of Teachable
 *   Machine (`labels`), or the `config.json` of Hugging Face (`id2label`)
 *
 * @param count how many outputs the model has, where that is known
 * @throws ModelError `not-found`, or `invalid-file` for a file without names, with a blank line between names, with a name
 *   twice or with another number of names than `count`
 */
export async function readClassNames(source: InputSource, count?: number): Promise<string[]> {
  const { bytes, name } = await readSource(source, 'the class names');
  const text = decodeText(bytes, name);
  const isJson = /^\s*[[{]/.test(text);
  const names = isJson ? jsonNames(name, text) : linesOf(text);

  const [entry, start] = isJson ? ['entry', 0] : ['line', 1];
  const blank = names.indexOf('');
  if (blank >= 0) throw invalid(name, `${entry} ${blank + start} is blank`);
  const seen = new Set<string>();
  for (const [place, className] of names.entries()) {
    if (seen.has(className)) throw invalid(name, `${entry} ${place + start} repeats '${className}'`);
    seen.add(className);
  }
  if (count !== undefined && names.length !== count) {
    throw invalid(name, `it has ${names.length} names, the model has ${count} classes`);
  }
  return names;
}

function linesOf(text: string): string[] {
  const lines = text.trimEnd().split(/\r\n|\n|\r/);
  return lines.map((line) => line.trim());
}

function jsonNames(file: string, text: string): string[] {
  const names = namesInJson(parseJson(file, text));
  if (names === undefined) {
    throw invalid(
      file,
      'its JSON is no list of names, no map of indices and names, and has no "labels" or "id2label"',
    );
  }
  return names.map((name) => name.trim());
}

function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(name, 'it is no text', cause);
  }
}

function invalid(name: string, detail: string, cause?: unknown): ModelError {
  const message = `${name} gives no class names: ${detail}; write one name a line, in the order of the model's outputs`;
  return new ModelError('invalid-file', message, { cause });
}
