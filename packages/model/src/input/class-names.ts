import { ModelError } from '../errors.ts';
import { type InputSource, readSource } from './read-source.ts';

/**
 * Class names from a text file (UTF-8), one a line in the order of the model's outputs; blank lines at the end do not count.
 *
 * @param count how many outputs the model has, where that is known
 * @throws ModelError `not-found`, or `invalid-file` for a file without names, with a blank line between names, with a name
 *   twice or with another number of names than `count`
 */
export async function readClassNames(source: InputSource, count?: number): Promise<string[]> {
  const { bytes, name } = await readSource(source, 'the class names');
  const lines = decodeText(bytes, name)
    .trimEnd()
    .split(/\r\n|\n|\r/);
  const names = lines.map((line) => line.trim());

  const blank = names.indexOf('');
  if (blank >= 0) throw invalid(name, `line ${blank + 1} is blank`);
  for (const [line, className] of names.entries()) {
    if (names.indexOf(className) !== line) throw invalid(name, `line ${line + 1} repeats '${className}'`);
  }
  if (count !== undefined && names.length !== count) {
    throw invalid(name, `it has ${names.length} names, the model has ${count} classes`);
  }
  return names;
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
