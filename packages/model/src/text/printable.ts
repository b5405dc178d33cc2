/** What moves a terminal's cursor, colors it, or turns the direction of writing: controls of C0 and C1, and of text direction. */
const controls = /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text for a terminal, in which names out of files cannot do more than be read: their control characters come as `\x1b`.
 * Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(controls, escaped);
}

/** The same for a name, which has one line. */
export function printableName(name: string): string {
  return printable(name).replace(/[\n\t]/g, escaped);
}

/** JSON for a terminal as well as for programs: escapes of its own, where it may hold control characters. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    controls,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

/**
 * Text for SVG and HTML with U+FFFD in place of the characters that XML has no way to write - one in the name of a class
 * would keep a whole drawing from being shown - and of those that turn the direction of writing for all that follows.
 *
 * Source: XML 1.0, production 2 (Char); Unicode Standard Annex 9, explicit directional formatting.
 */
export function validXml(text: string): string {
  return text.replace(
    /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]|\p{Surrogate}|[\u202a-\u202e\u2066-\u2069]/gu,
    '\ufffd',
  );
}
