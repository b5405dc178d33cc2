import { ModelError } from '../errors.ts';
import { parseJson } from '../files/json.ts';
import { namesInJson } from './names-in-json.ts';
import { type InputSource, readSource } from './read-source.ts';

/**
 * Class names in the order of the model's outputs, from a file:
 * - text (UTF-8), one a line; blank lines at the end do not count
 * - JSON: a list, a map from indices to names or from names to indices (`class_indices` of Keras), the `metadata.json` of Teachable
 *   Machine (`labels`), or the `config.json` of Hugging Face (`id2label`)
 * - CSV (`.csv`, `.tsv`): a table with a column of names, with or without one of indices, with or without a row of titles
 *
 * @param count how many outputs the model has, where that is known
 * @throws ModelError `not-found`, or `invalid-file` for a file without names, with a blank line between names, with a name
 *   twice or with another number of names than `count`
 */
export async function readClassNames(source: InputSource, count?: number): Promise<string[]> {
  const { bytes, name } = await readSource(source, 'the class names');
  const text = decodeText(bytes, name);
  const isJson = /^\s*[[{]/.test(text);
  const isTable = /\.(csv|tsv)$/i.test(name);
  const names = isJson
    ? jsonNames(name, text)
    : isTable
      ? await tableNames(name, text, count)
      : linesOf(text);

  const [entry, start] = isJson || isTable ? ['entry', 0] : ['line', 1];
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

async function tableNames(file: string, text: string, count: number | undefined): Promise<string[]> {
  // Fetched when it is needed: most files of names are no tables.
  const { namesInCsv } = await import('./names-in-csv.ts');
  let names: string[] | undefined;
  try {
    names = namesInCsv(text, count);
  } catch (cause) {
    throw invalid(file, 'it is no table of comma-separated values', cause);
  }
  if (names) return names;
  throw invalid(
    file,
    'its table has no column of names, or indices that do not count from 0 or 1 without gaps',
  );
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
