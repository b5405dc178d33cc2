import { scaleLinear } from 'd3-scale';
import type { PlotPalette } from '@ablation-cam/model';
import type { ValueScale } from '../color/value-scale.ts';
import { element, translate } from '../svg/markup.ts';
import { fitText, lineHeight, textLine, verticalText, widestText, type Font } from '../svg/text.ts';
import { tickLabels } from '../svg/ticks.ts';
import { picture } from './image-panel.ts';
import type { Panel } from './panel.ts';

export interface ColorBarLabels {
  readonly label: string;
  /** Words at the ends (and, for a signed scale, at 0) in place of numbers. */
  readonly ends?: readonly [minimum: string, maximum: string] | undefined;
}

const THICKNESS = 14;
const TICK = 4;
const GAP = 4;
const FONT: Font = { size: 11 };
/** About how far ticks are apart in pixels. */
const TICK_DISTANCE = 40;
const MOST_TICKS = 6;
/** Levels of the bar; as many as a color map has. */
const LEVELS = 256;

/**
 * A bar from the smallest value at the bottom to the largest at the top, ticks to its right, the label beside them. Numbers at the
 * ends reach half a line beyond it.
 */
export function verticalColorBar(
  scale: ValueScale,
  length: number,
  labels: ColorBarLabels,
  palette: PlotPalette,
): Panel {
  const ticks = barTicks(scale, length, labels);
  const position = scaleLinear([scale.minimum, scale.maximum], [length, 0]);
  const style = { font: FONT, fill: palette.muted };
  const textX = THICKNESS + TICK + GAP;
  const half = lineHeight(FONT) / 2;
  const labelX =
    textX +
    widestText(
      ticks.map(({ text }) => text),
      FONT,
    ) +
    6 +
    FONT.size / 2;
  const markup = [
    picture(ramp(scale, 'vertical'), { width: THICKNESS, height: length }),
    frame(THICKNESS, length, palette),
    ...ticks.flatMap(({ value, text }) => {
      const y = position(value);
      return [
        element('line', { x1: THICKNESS, x2: THICKNESS + TICK, y1: y, y2: y, stroke: palette.muted }),
        textLine(text, textX, y - half, style),
      ];
    }),
    verticalText(fitText(labels.label, length, FONT), labelX, length / 2, style),
  ];
  return { width: labelX + FONT.size, height: length, markup: element('g', {}, ...markup) };
}

/** A bar from left to right, ticks below it, the label below them. */
export function horizontalColorBar(
  scale: ValueScale,
  length: number,
  labels: ColorBarLabels,
  palette: PlotPalette,
): Panel {
  const ticks = barTicks(scale, length, labels);
  const position = scaleLinear([scale.minimum, scale.maximum], [0, length]);
  const style = { font: FONT, fill: palette.muted };
  const textTop = THICKNESS + TICK + 1;
  const markup = [
    picture(ramp(scale, 'horizontal'), { width: length, height: THICKNESS }),
    frame(length, THICKNESS, palette),
    ...ticks.flatMap(({ value, text }) => {
      const x = position(value);
      const half = widestText([text], FONT) / 2;
      const middle = Math.max(half, Math.min(length - half, x));
      return [
        element('line', { x1: x, x2: x, y1: THICKNESS, y2: THICKNESS + TICK, stroke: palette.muted }),
        textLine(text, middle, textTop, { ...style, anchor: 'middle' }),
      ];
    }),
    textLine(fitText(labels.label, length, FONT), length / 2, textTop + lineHeight(FONT), {
      ...style,
      anchor: 'middle',
    }),
  ];
  return { width: length, height: textTop + 2 * lineHeight(FONT), markup: element('g', {}, ...markup) };
}

/** What stands in place of a color bar where there is nothing to read from it. */
export function flatMapNote(palette: PlotPalette): Panel {
  const text = 'flat map';
  const width = widestText([text], FONT) + 16;
  const height = lineHeight(FONT) + 8;
  const pill = element('rect', { width, height, rx: 4, fill: 'none', stroke: palette.muted });
  const words = textLine(text, 8, 4, { font: FONT, fill: palette.muted });
  return { width, height, markup: translate(0, 0, pill, words) };
}

function barTicks(scale: ValueScale, length: number, { ends }: ColorBarLabels) {
  const { minimum, maximum, signed } = scale;
  if (ends === undefined)
    return tickLabels(
      minimum,
      maximum,
      Math.max(2, Math.min(MOST_TICKS, Math.round(length / TICK_DISTANCE))),
    );
  const [low, high] = [
    { value: minimum, text: ends[0] },
    { value: maximum, text: ends[1] },
  ];
  return signed ? [low, { value: 0, text: '0' }, high] : [low, high];
}

function ramp({ minimum, maximum, color }: ValueScale, direction: 'vertical' | 'horizontal') {
  const data = new Uint8Array(3 * LEVELS);
  for (let i = 0; i < LEVELS; i++) {
    const level = direction === 'vertical' ? LEVELS - 1 - i : i;
    data.set(color(minimum + ((level + 0.5) / LEVELS) * (maximum - minimum)), 3 * i);
  }
  return direction === 'vertical'
    ? { width: 1, height: LEVELS, channels: 3 as const, data }
    : { width: LEVELS, height: 1, channels: 3 as const, data };
}

function frame(width: number, height: number, palette: PlotPalette) {
  return element('rect', {
    x: -0.5,
    y: -0.5,
    width: width + 1,
    height: height + 1,
    fill: 'none',
    stroke: palette.grid,
  });
}
