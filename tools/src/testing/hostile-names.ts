import { seededRandom } from './seeded-random.ts';

/** Parts of names that mean something to somebody: a terminal, a browser, a spreadsheet, an object. */
const PARTS = [
  ...['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '</svg>', ']]>', '-->', '&lt;', '&#0;'],
  ...['"', "'", '`', '\\', ',', ';', '\n', '\r', '\t', '\0', '\x07', '" onload="alert(1)'],
  ...['\x1b[2J', '\x1b]8;;file:///\x07', '\x9b31m', '\u202e', '\u2066', '\u200f', '\u061c'],
  ...['=1+1', '+', '-', '@SUM(1)', '|cmd', '\ufffe', '\ud800', '\udc00'],
  ...['__proto__', 'constructor', 'toString', '${x}', '{{x}}', '%s', '%00', 'é', '猫', '👩‍🔬', ' '],
];

/** Names out of files by somebody who means harm; the same every time. */
export function hostileNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const random = seededRandom(i + 1);
    return Array.from({ length: random.integer(1, 5) }, () => random.pick(PARTS)).join('');
  });
}

/**
 * The kinds of tags in HTML or SVG: their names with those of their attributes. Names that are held as text, whatever they
 * are, add none.
 */
export function tagShapes(markup: string): Set<string> {
  const tags = markup.match(/<[^>]*>/g) ?? [];
  return new Set(tags.map((tag) => tag.replace(/"[^"]*"/g, '""').replace(/\s*\/?>$/, '>')));
}
