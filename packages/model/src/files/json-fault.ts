import { limits } from './limits.ts';

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * What keeps a JSON text from being read at all, with its place: nested too deep, too many values, cut off, or a key
 * `__proto__`; `null` where there is nothing. One pass over the characters, before anything is made of them; that the
 * text is JSON is left to the parser.
 */
export function findJsonFault(text: string): string | null {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === quote) {
      const end = endOfString(text, i);
      if (end < 0) return `the text that begins at ${placeIn(text, i)} has no end`;
      if (isPrototypeKey(text.slice(i, end + 1))) return `the key __proto__ at ${placeIn(text, i)}`;
      i = end;
    } else if (char === openArray || char === openObject) {
      depth++;
      if (depth > limits.jsonDepth) {
        return `more than ${limits.jsonDepth} levels of nesting at ${placeIn(text, i)}`;
      }
    } else if (char === closeArray || char === closeObject) {
      depth--;
    } else if (char === comma || char === colon) {
      values++;
      if (values > limits.jsonValues) return `more than ${limits.jsonValues} values at ${placeIn(text, i)}`;
    }
  }
  return depth > 0 ? 'it ends too early' : null;
}

/** The position of the closing quote; -1 where there is none. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === backslash) i++;
    else if (char === quote) return i;
  }
  return -1;
}

/** Letters may be written as escapes. */
function isPrototypeKey(literal: string): boolean {
  if (literal === '"__proto__"') return true;
  if (literal.length > 60 || !literal.includes('\\u')) return false;
  try {
    return JSON.parse(literal) === '__proto__';
  } catch {
    return false;
  }
}

/** `line 3, column 14`, both from 1. */
export function placeIn(text: string, position: number): string {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) {
    line++;
    start = at + 1;
  }
  return `line ${line}, column ${position - start + 1}`;
}
