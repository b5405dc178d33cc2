import type { PlotPalette } from '@ablation-cam/model';
import type { Panel } from '../panels/panel.ts';
import type { DisplaySize } from '../pixels/display-size.ts';
import { element, translate, type SvgMarkup } from '../svg/markup.ts';
import { lineHeight, textBlock, widestText, wrapText, type Font } from '../svg/text.ts';

export interface GridCell {
  /** Undefined leaves the cell empty. */
  readonly panel: Panel | undefined;
  /** Below the panel; empty for none. */
  readonly caption: string;
}

const LABEL: Font = { size: 12 };
const CAPTION: Font = { size: 11 };
const GAP = 12;
const WIDEST_ROW_LABEL = 130;

/** Cells of one size in rows and columns, each panel in the middle of its cell, with labels above and to the left. */
export function gridPanel(
  cells: readonly GridCell[],
  columns: number,
  box: DisplaySize,
  columnLabels: readonly string[],
  rowLabels: readonly string[],
  palette: PlotPalette,
): Panel {
  const shown = Math.min(columns, cells.length);
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    cells.slice(row * columns, (row + 1) * columns),
  );
  const rowTexts = rowLabels.slice(0, rows.length).map((text) => wrapText(text, WIDEST_ROW_LABEL, 3, LABEL));
  const columnTexts = columnLabels.slice(0, shown).map((text) => wrapText(text, box.width, 2, LABEL));
  const rowLabelWidth = Math.ceil(widestText(rowTexts.flat(), LABEL));
  const left = rowLabelWidth === 0 ? 0 : rowLabelWidth + GAP;
  const columnX = (column: number) => left + column * (box.width + GAP);

  const parts: SvgMarkup[] = [];
  const headLines = Math.max(0, ...columnTexts.map(({ length }) => length));
  columnTexts.forEach((lines, column) => {
    // Labels of one line stand close to their column too.
    const top = (headLines - lines.length) * lineHeight(LABEL);
    const middle = columnX(column) + box.width / 2;
    parts.push(textBlock(lines, middle, top, { font: LABEL, fill: palette.ink, anchor: 'middle' }));
  });
  const pictureTop = headLines === 0 ? 0 : headLines * lineHeight(LABEL) + 6;

  let top = pictureTop;
  rows.forEach((row, index) => {
    const tallest = Math.max(24, ...row.map(({ panel }) => panel?.height ?? 0));
    const captions = row.map(({ caption }) => wrapText(caption, box.width, 2, CAPTION));
    const lines = rowTexts[index] ?? [];
    const labelHeight = lines.length * lineHeight(LABEL);
    const height = Math.max(tallest, labelHeight);
    parts.push(
      textBlock(lines, rowLabelWidth, top + (height - labelHeight) / 2, {
        font: LABEL,
        fill: palette.ink,
        anchor: 'end',
      }),
    );
    row.forEach(({ panel }, column) => {
      if (panel !== undefined) {
        const x = columnX(column) + (box.width - panel.width) / 2;
        parts.push(translate(x, top + (height - panel.height) / 2, panel.markup));
      }
      const middle = columnX(column) + box.width / 2;
      const style = { font: CAPTION, fill: palette.muted, anchor: 'middle' as const };
      parts.push(textBlock(captions[column]!, middle, top + height + 3, style));
    });
    const captionLines = Math.max(0, ...captions.map(({ length }) => length));
    top += height + (captionLines === 0 ? 0 : 3 + captionLines * lineHeight(CAPTION));
    if (index < rows.length - 1) top += GAP;
  });
  return { width: columnX(shown) - GAP, height: top, pictureTop, markup: element('g', {}, ...parts) };
}
