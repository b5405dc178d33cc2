import { lightPalette, type PlotPalette } from '@ablation-cam/model';
import type { Panel } from '../panels/panel.ts';
import { element, formatNumber, textElement, translate, type SvgMarkup } from '../svg/markup.ts';
import { fitText, FONT_FAMILY, lineHeight, textBlock, textWidth, wrapText, type Font } from '../svg/text.ts';
import { formatProbability } from './format-probability.ts';

/** The class a drawing explains. */
export interface Decision {
  readonly className: string;
  /** In [0, 1]; absent or null where the network gives none. */
  readonly probability?: number | null | undefined;
}

/** The text around a drawing. Text that does not fit ends in an ellipsis; the probability is never cut. */
export interface FigureOptions {
  /** Above the drawing, at most two lines. */
  readonly title?: string | undefined;
  /** Below the title: the class and its probability. */
  readonly decision?: Decision | undefined;
  /** Below the drawing, at most three lines. */
  readonly caption?: string | undefined;
  /** Default `lightPalette`; a `background` of null leaves the background transparent. */
  readonly palette?: PlotPalette | undefined;
}

const MARGIN = 16;
/** Narrower drawings get this much room for text. */
const LEAST_WIDTH = 280;
const TITLE: Font = { size: 15, bold: true };
const DECISION: Font = { size: 13 };
const CAPTION: Font = { size: 11 };

export function paletteOf({ palette }: FigureOptions): PlotPalette {
  return palette ?? lightPalette;
}

/** Returns a whole SVG document with a panel and the text around it. */
export function figure(panel: Panel, options: FigureOptions): string {
  const palette = paletteOf(options);
  const innerWidth = Math.ceil(Math.max(panel.width, LEAST_WIDTH));
  const parts: SvgMarkup[] = [];
  let top = MARGIN;

  const titleLines = wrapText(options.title ?? '', innerWidth, 2, TITLE);
  const decision = options.decision && decisionText(options.decision, innerWidth);
  if (titleLines.length > 0) {
    parts.push(textBlock(titleLines, MARGIN, top, { font: TITLE, fill: palette.ink }));
    top += titleLines.length * lineHeight(TITLE) + 2;
  }
  if (decision !== undefined) {
    parts.push(textBlock([decision], MARGIN, top, { font: DECISION, fill: palette.ink }));
    top += lineHeight(DECISION);
  }
  if (parts.length > 0) top += 10;

  parts.push(translate(MARGIN, top, panel.markup));
  top += panel.height;

  const captionLines = wrapText(options.caption ?? '', innerWidth, 3, CAPTION);
  if (captionLines.length > 0) {
    top += 10;
    parts.push(textBlock(captionLines, MARGIN, top, { font: CAPTION, fill: palette.muted }));
    top += captionLines.length * lineHeight(CAPTION);
  }
  const size = { width: innerWidth + 2 * MARGIN, height: Math.ceil(top + MARGIN) };
  return document(size, [options.title, decision].filter(Boolean).join(', '), parts, palette);
}

function document(
  { width, height }: { width: number; height: number },
  name: string,
  parts: readonly SvgMarkup[],
  { background }: PlotPalette,
): SvgMarkup {
  const behind = background === null ? [] : [element('rect', { width, height, fill: background })];
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${formatNumber(width)} ${formatNumber(height)}`,
      'font-family': FONT_FAMILY,
      role: 'img',
    },
    // What people hear who do not see the drawing.
    ...(name === '' ? [] : [textElement('title', {}, name)]),
    ...behind,
    ...parts,
  );
}

/** The class and its probability on one line; only the name is shortened. */
function decisionText({ className, probability }: Decision, maxWidth: number): string {
  if (probability === undefined || probability === null) return fitText(className, maxWidth, DECISION);
  const end = ` · ${formatProbability(probability)}`;
  return fitText(className, maxWidth - textWidth(end, DECISION), DECISION) + end;
}
