import { ModelError } from '../errors.ts';
import { findJsonFault, placeIn } from './json-fault.ts';
import { limits } from './limits.ts';

/** JSON as it comes out of a file. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** An object of a JSON text. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * The value of a JSON text, within `limits`: no deeper than what reads it may recurse, and without keys that would change
 * an object's prototype when they are copied.
 *
 * @param name how messages call the text
 * @throws ModelError `invalid-file` with the place of the fault
 */
export function parseJson(name: string, source: Uint8Array | string): Json {
  const refuse = (what: string, cause?: unknown): ModelError =>
    new ModelError('invalid-file', `${name} is broken JSON: ${what}. Fetch or save it again.`, { cause });
  if (source.length > limits.jsonBytes) {
    throw refuse(`${source.length} bytes, ${limits.jsonBytes} are the most that is read`);
  }
  let text: string;
  try {
    text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch (cause) {
    throw refuse('it is no UTF-8 text', cause);
  }
  const fault = findJsonFault(text);
  if (fault !== null) throw refuse(fault);
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw refuse(reasonOf(text, cause), cause);
  }
}

/** Engines say where they stopped by a position, by line and column, or not at all; and show some of the text. */
function reasonOf(text: string, cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  if (position !== undefined) return `unexpected text at ${placeIn(text, Number(position))}`;
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line !== undefined && column !== undefined) return `unexpected text at line ${line}, column ${column}`;
  return /end of|EOF/i.test(message) ? 'it ends too early' : 'it holds something that is no JSON';
}
