import type { PlotPalette } from '@ablation-cam/model';
import type { ValueScale } from '../color/value-scale.ts';
import { flatMapNote, horizontalColorBar, verticalColorBar } from '../panels/color-bar.ts';
import type { Panel } from '../panels/panel.ts';
import { element, translate } from '../svg/markup.ts';

/** Whether a drawing has a color bar, and what that says. */
export interface ColorBarOptions {
  /** Whether there is a color bar; default true. */
  readonly colorBar?: boolean | undefined;
  /** What the colors mean; default "relevance". */
  readonly colorBarLabel?: string | undefined;
}

const GAP = 16;
/** A vertical bar shorter than this has no room for its label. */
const LEAST_LENGTH = 100;

/**
 * Puts a color bar to the right of a panel, or below one that is too low for it. A flat map gets the words "flat map" instead,
 * color bar or not.
 *
 * @param length of a vertical bar, where it is not as long as the panel is high
 */
export function withColorBar(
  panel: Panel,
  scale: ValueScale,
  { colorBar = true, colorBarLabel: label = 'relevance' }: ColorBarOptions,
  palette: PlotPalette,
  length = panel.height,
): Panel {
  if (!scale.flat && !colorBar) return panel;
  if (length >= LEAST_LENGTH) {
    return beside(
      panel,
      scale.flat ? flatMapNote(palette) : verticalColorBar(scale, length, { label }, palette),
    );
  }
  const bar = scale.flat
    ? flatMapNote(palette)
    : horizontalColorBar(scale, Math.max(200, Math.min(400, panel.width)), { label }, palette);
  const top = panel.height + GAP;
  return {
    width: Math.max(panel.width, bar.width),
    height: top + bar.height,
    markup: element('g', {}, panel.markup, translate(0, top, bar.markup)),
  };
}

/** Two panels side by side, the right one in line with the picture in the left one. */
export function beside(left: Panel, right: Panel): Panel {
  const x = left.width + GAP;
  const y = left.pictureTop ?? 0;
  return {
    width: x + right.width,
    height: Math.max(left.height, y + right.height),
    pictureTop: y,
    markup: element('g', {}, left.markup, translate(x, y, right.markup)),
  };
}
