import { element, textElement, type SvgAttributes, type SvgMarkup } from './markup.ts';
import { advanceWidth } from './text-width.ts';

/**
 * DejaVu Sans is what `renderPng` brings along in Node, Verdana has nearly its widths, and the sans-serif fonts of most
 * systems are narrower, so text that fits here fits there.
 */
export const FONT_FAMILY = "'DejaVu Sans', Verdana, Geneva, sans-serif";

export interface Font {
  /** In pixels. */
  readonly size: number;
  readonly bold?: boolean;
}

/** Of a line of text, from top to top. */
export function lineHeight({ size }: Font): number {
  return Math.round(size * 1.35);
}

/** How many pixels wide a text is. */
export function textWidth(text: string, { size, bold = false }: Font): number {
  let width = 0;
  for (const character of text) width += advanceWidth(character, bold);
  return width * size;
}

/** The widest of several texts in pixels, 0 for none. */
export function widestText(texts: readonly string[], font: Font): number {
  return texts.reduce((widest, text) => Math.max(widest, textWidth(text, font)), 0);
}

/** The text on one line, its end replaced by an ellipsis where it is wider than `maxWidth` pixels. */
export function fitText(text: string, maxWidth: number, font: Font): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (textWidth(line, font) <= maxWidth) return line;
  const graphemes = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  let kept = '';
  for (const grapheme of graphemes) {
    if (textWidth(`${kept}${grapheme}…`, font) > maxWidth) break;
    kept += grapheme;
  }
  return `${kept.trimEnd()}…`;
}

/**
 * The text in at most `maxLines` lines, broken at line feeds and between words; what does not fit is replaced by an ellipsis.
 */
export function wrapText(text: string, maxWidth: number, maxLines: number, font: Font): string[] {
  const lines = text.split('\n').flatMap((paragraph) => wrapParagraph(paragraph, maxWidth, font));
  if (lines.length <= maxLines) return lines.map((line) => fitText(line, maxWidth, font));
  const shown = lines.slice(0, maxLines - 1);
  const rest = lines.slice(maxLines - 1).join(' ');
  return [...shown, rest].map((line) => fitText(line, maxWidth, font));
}

function wrapParagraph(text: string, maxWidth: number, font: Font): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && textWidth(longer, font) <= maxWidth) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

export interface TextStyle {
  readonly font: Font;
  readonly fill: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A line of text whose line box begins at `top`. */
export function textLine(text: string, x: number, top: number, style: TextStyle): SvgMarkup {
  return textElement('text', { x, y: baseline(top, style.font), ...attributes(style) }, text);
}

/** Lines of text below each other, the first one's box beginning at `top`. */
export function textBlock(lines: readonly string[], x: number, top: number, style: TextStyle): SvgMarkup {
  return element(
    'g',
    {},
    ...lines.map((line, index) => textLine(line, x, top + index * lineHeight(style.font), style)),
  );
}

/** A line of text centred on (x, y) and read from bottom to top. */
export function verticalText(text: string, x: number, y: number, style: TextStyle): SvgMarkup {
  const across = x + 0.36 * style.font.size;
  return textElement(
    'text',
    {
      transform: `translate(${across.toFixed(2)} ${y.toFixed(2)}) rotate(-90)`,
      ...attributes({ ...style, anchor: 'middle' }),
    },
    text,
  );
}

function baseline(top: number, font: Font): number {
  return top + (lineHeight(font) + 0.72 * font.size) / 2;
}

function attributes({ font, fill, anchor = 'start' }: TextStyle): SvgAttributes {
  return {
    'font-size': font.size,
    'font-weight': font.bold === true ? 'bold' : undefined,
    'text-anchor': anchor === 'start' ? undefined : anchor,
    fill,
  };
}
