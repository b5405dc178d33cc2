/** Widths in em of sans-serif glyphs, on the wide side: text is measured without a browser and must not be cut off. */
function glyphWidth(character: string): number {
  if (/[ilj.,:;'|!()[\]ft ]/.test(character)) return 0.38;
  if (/[mwMW@%]/.test(character)) return 0.97;
  if (/[A-Z]/.test(character)) return 0.7;
  // East Asian wide characters and emoji fill a square.
  if (character.codePointAt(0)! >= 0x1100) return 1.05;
  return 0.615;
}

/** About how many pixels a text takes at a font size in pixels. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += glyphWidth(character);
  return width * fontSize;
}

/** The widest of several texts in pixels, 0 for none. */
export function widestText(texts: readonly string[], fontSize: number): number {
  return texts.reduce((width, text) => Math.max(width, textWidth(text, fontSize)), 0);
}

/** The text, shortened in the middle with an ellipsis where it is wider than `maxWidth` pixels. */
export function shorten(text: string, maxWidth: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= maxWidth) return text;
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2);
    const short = `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (kept - head)).join('')}`;
    if (textWidth(short, fontSize) <= maxWidth) return short;
  }
  return '…';
}

/**
 * Class names made to fit, still distinct: names that would become equal get their index in front.
 */
export function shortenAll(names: readonly string[], maxWidth: number, fontSize: number): string[] {
  const short = names.map((name) => shorten(name, maxWidth, fontSize));
  const counts = new Map<string, number>();
  for (const name of short) counts.set(name, (counts.get(name) ?? 0) + 1);
  return short.map((name, k) =>
    counts.get(name) === 1 ? name : shorten(`${k} ${names[k]!}`, maxWidth, fontSize),
  );
}
