import { optionalPackage } from '@ablation-cam/kernels';
import type * as Plot from '@observablehq/plot';
import type { PlotPalette } from './palette.ts';
import { validXml } from '../../text/printable.ts';
import { textWidth } from './text-width.ts';

export const FONT_SIZE = 12;
const FONT_FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
const LEGEND_ROW = 20;
const LEGEND_GAP = 12;
const LEGEND_MARGIN = 12;
const SWATCH = 26;

/** Axes of all figures: labels along the middle, no arrows. */
export function axisStyle(palette: PlotPalette) {
  return { labelAnchor: 'center', labelArrow: 'none', color: palette.ink, tickSize: 4 } as const;
}

/** A line of a legend: its sample line and its text. */
export interface LegendEntry {
  readonly text: string;
  readonly color: string;
  readonly dash: string;
  readonly strokeWidth: number;
}

export interface PlotFigureOptions extends Plot.PlotOptions {
  /** What the figure shows, for people who do not see it. */
  readonly title: string;
  readonly palette: PlotPalette;
  readonly width: number;
  readonly height: number;
  /** Drawn below the plot, in as many columns as fit. */
  readonly legend?: readonly LegendEntry[];
}

/**
 * Draws a figure as one self-contained SVG element: no style sheet, script, font or image from elsewhere.
 *
 * The document is linkedom's in Node and in browsers, so that a figure is the same text everywhere.
 *
 * @throws KernelsError `package-missing` without `@observablehq/plot` or `linkedom`
 * @param build the marks and scales, given the plot library, which is loaded when the first figure is drawn
 */
export async function drawFigure(build: (plot: typeof Plot) => PlotFigureOptions): Promise<string> {
  const use = 'Drawing a plot';
  const [plot, { DOMParser }] = await Promise.all([
    optionalPackage('@observablehq/plot', use, () => import('@observablehq/plot')),
    optionalPackage('linkedom', use, () => import('linkedom/worker')),
  ]);
  // An XML document: an HTML one would not escape attributes.
  const xml = new DOMParser().parseFromString(`<svg xmlns="${SVG_NAMESPACE}"/>`, 'image/svg+xml');
  // linkedom implements the part of the interface that drawing needs.
  const document = xml as unknown as Document;
  const { title, palette, legend = [], ...options } = build(plot);
  const legendWidth = options.width - 2 * LEGEND_MARGIN;
  const columns = legendColumns(legend, legendWidth);
  const rows = Math.ceil(legend.length / columns);
  const height = options.height + (rows === 0 ? 0 : rows * LEGEND_ROW + LEGEND_GAP);

  const svg = plot.plot({
    ...options,
    document,
    style: { background: 'none', color: palette.ink, fontFamily: FONT_FAMILY, fontSize: `${FONT_SIZE}px` },
  });
  svg.setAttribute('xmlns', SVG_NAMESPACE);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  svg.setAttribute('height', String(height));
  svg.setAttribute('viewBox', `0 0 ${options.width} ${height}`);

  const element = (name: string, attributes: Readonly<Record<string, string | number>>, text = '') => {
    const node = document.createElementNS(SVG_NAMESPACE, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
    if (text !== '') node.textContent = text;
    return node;
  };
  const style = svg.querySelector('style');
  if (palette.background !== null) {
    const background = element('rect', { width: '100%', height: '100%', fill: palette.background });
    svg.insertBefore(background, style?.nextSibling ?? svg.firstChild);
  }
  svg.insertBefore(element('title', {}, title), svg.firstChild);

  const columnWidth = legendWidth / columns;
  legend.forEach(({ text, color, dash, strokeWidth }, i) => {
    const x = LEGEND_MARGIN + (i % columns) * columnWidth;
    const y = options.height + LEGEND_GAP + Math.floor(i / columns) * LEGEND_ROW;
    svg.append(
      element('line', {
        x1: x,
        x2: x + SWATCH - 6,
        y1: y,
        y2: y,
        stroke: color,
        'stroke-width': strokeWidth,
        'stroke-dasharray': dash,
      }),
      element('text', { x: x + SWATCH, y, dy: '0.32em', 'text-anchor': 'start', fill: palette.ink }, text),
    );
  });
  return validXml(svg.outerHTML);
}

function legendColumns(legend: readonly LegendEntry[], width: number): number {
  const widest = Math.max(1, ...legend.map(({ text }) => SWATCH + textWidth(text, FONT_SIZE) + 8));
  return Math.max(1, Math.min(legend.length, 3, Math.floor(width / widest)));
}
