declare const escaped: unique symbol;

/** Text that is valid SVG: made by the functions of this file, so that nothing gets into a drawing unescaped. */
export type SvgMarkup = string & { readonly [escaped]: true };

export type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** An element; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: SvgAttributes,
  ...children: readonly SvgMarkup[]
): SvgMarkup {
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? formatNumber(value) : escapeText(value)}"`)
    .join('');
  const content = children.join('');
  return (content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`) as SvgMarkup;
}

/** An element that holds text. */
export function textElement(name: string, attributes: SvgAttributes, content: string): SvgMarkup {
  return element(name, attributes, escapeText(content));
}

/** Elements moved by (x, y). */
export function translate(x: number, y: number, ...children: readonly SvgMarkup[]): SvgMarkup {
  return element('g', { transform: `translate(${formatNumber(x)} ${formatNumber(y)})` }, ...children);
}

/** A number with at most three decimals, the same in every language and engine. */
export function formatNumber(value: number): string {
  // Adding 0 turns -0 into 0.
  return String(Math.round(value * 1000) / 1000 + 0);
}

/** Escapes what XML gives a meaning and replaces what no name needs: control characters, halves of surrogate pairs. */
function escapeText(text: string): SvgMarkup {
  return Array.from(text, escapeCharacter).join('') as SvgMarkup;
}

function escapeCharacter(character: string): string {
  if (/\s/.test(character)) return ' ';
  return FORBIDDEN.test(character) ? '\ufffd' : (ENTITIES[character] ?? character);
}

/** What XML cannot hold, and what turns the direction of all that follows. */
const FORBIDDEN = /\p{Cc}|\p{Surrogate}|[\ufffe\uffff\u202a-\u202e\u2066-\u2069]/u;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
