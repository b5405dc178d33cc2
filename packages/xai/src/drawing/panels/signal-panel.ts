import { scaleLinear } from 'd3-scale';
import type { PlotPalette } from '@ablation-cam/model';
import { hexColor } from '../color/color-map.ts';
import type { ValueScale } from '../color/value-scale.ts';
import { element, formatNumber, translate, type SvgMarkup } from '../svg/markup.ts';
import {
  fitText,
  lineHeight,
  textLine,
  textWidth,
  verticalText,
  widestText,
  type Font,
} from '../svg/text.ts';
import { integerTicks, tickLabels } from '../svg/ticks.ts';
import type { Panel } from './panel.ts';
import { relevanceGradient } from './relevance-gradient.ts';

export interface AxisLabels {
  readonly x: string;
  readonly y: string;
  /** Names of the channels; empty where there is one that needs none. */
  readonly channels: readonly string[];
}

export interface SignalPanelOptions {
  /** Of the whole panel. */
  readonly width: number;
  /** Of the plot of one channel. */
  readonly plotHeight: number;
  /** Null for a thumbnail without ticks and labels. */
  readonly axes: AxisLabels | null;
  readonly palette: PlotPalette;
}

const FONT: Font = { size: 11 };
const NAME_HEIGHT = lineHeight(FONT) + 2;
const INSET = 10;
const STRIP = 10;
const STRIP_GAP = 5;
const CHANNEL_GAP = 8;
/** Samples at least this many pixels apart are marked with dots. */
const DOT_DISTANCE = 8;

/**
 * The channels of a signal below each other, each a curve in the colors of the map, and the map once more as a strip below
 * them, where it can be read however steep the curve is.
 *
 * @param values the relevance of each sample; its length is the signal's
 */
export function signalPanel(
  channels: readonly Float32Array[],
  values: Float32Array,
  scale: ValueScale,
  options: SignalPanelOptions,
): Panel {
  const { width, plotHeight, axes, palette } = options;
  const last = values.length - 1;
  const muted = { font: FONT, fill: palette.muted };
  const curves = channels.map((channel) => ({ channel, ...verticalScale(channel, plotHeight) }));
  const tickTexts = curves.flatMap(({ ticks }) => ticks.map(({ text }) => text));
  const left = axes !== null ? Math.ceil(widestText(tickTexts, FONT)) + 6 + lineHeight(FONT) : 0;
  const plotWidth = width - left;
  const x = scaleLinear(last === 0 ? [-1, 1] : [0, last], [INSET, plotWidth - INSET]);
  const gradient = relevanceGradient(values, scale, x(0), x(last), palette);

  const parts: SvgMarkup[] = [gradient.definition];
  let top = 0;
  curves.forEach(({ channel, y, ticks }, index) => {
    const name = axes?.channels[index];
    if (name !== undefined) {
      parts.push(textLine(fitText(name, plotWidth, FONT), left, top, { font: FONT, fill: palette.ink }));
      top += NAME_HEIGHT;
    }
    parts.push(
      translate(left, top, ...plotFrame(plotWidth, plotHeight, y, axes === null ? [] : ticks, palette)),
    );
    if (axes !== null) {
      for (const { value, text } of ticks) {
        parts.push(
          textLine(text, left - 6, top + y(value) - lineHeight(FONT) / 2, { ...muted, anchor: 'end' }),
        );
      }
    }
    parts.push(translate(left, top, ...curve(channel, x, y, gradient.paint, scale, values, palette)));
    top += plotHeight + (index === curves.length - 1 ? STRIP_GAP : CHANNEL_GAP);
  });
  if (axes !== null) {
    const label = fitText(axes.y, top - STRIP_GAP, FONT);
    parts.push(verticalText(label, FONT.size / 2 + 1, (top - STRIP_GAP) / 2, muted));
  }

  const strip = { width: plotWidth, height: STRIP, fill: scale.flat ? palette.grid : gradient.paint };
  parts.push(translate(left, top, element('rect', strip)));
  top += STRIP;
  if (axes !== null) {
    const count = Math.max(2, Math.floor(plotWidth / 70));
    const xTicks = last === 0 ? [{ value: 0, text: '0' }] : integerTicks(0, last, count);
    for (const { value, text } of xTicks) {
      const at = x(value);
      // The last number may be wider than the inset of the last sample.
      const middle = Math.min(at, plotWidth - textWidth(text, FONT) / 2);
      parts.push(
        translate(
          left,
          top,
          element('line', { x1: at, x2: at, y1: 1, y2: 5, stroke: palette.muted }),
          textLine(text, middle, 6, { ...muted, anchor: 'middle' }),
        ),
      );
    }
    top += 6 + lineHeight(FONT);
    const label = fitText(axes.x, plotWidth, FONT);
    parts.push(textLine(label, left + plotWidth / 2, top, { ...muted, anchor: 'middle' }));
    top += lineHeight(FONT);
  }
  return {
    width,
    height: top,
    pictureTop: axes?.channels[0] === undefined ? 0 : NAME_HEIGHT,
    markup: element('g', {}, ...parts),
  };
}

/** Returns how high the plot of each channel is in a thumbnail of a given height. */
export function thumbnailPlotHeight(height: number, channels: number): number {
  const plots = height - STRIP - STRIP_GAP - (channels - 1) * CHANNEL_GAP;
  return Math.max(12, Math.floor(plots / channels));
}

/** How values become heights: all of them with some room, a constant signal in the middle. */
function verticalScale(channel: Float32Array, height: number) {
  const low = channel.reduce((least, value) => Math.min(least, value), Infinity);
  const high = channel.reduce((most, value) => Math.max(most, value), -Infinity);
  const room = low === high ? Math.abs(low) / 2 || 1 : 0.06 * (high - low);
  const y = scaleLinear([low - room, high + room], [height, 0]);
  return { y, ticks: tickLabels(low - room, high + room, Math.max(2, Math.floor(height / 40))) };
}

type Scale = (value: number) => number;

function plotFrame(
  width: number,
  height: number,
  y: Scale,
  ticks: readonly { readonly value: number }[],
  palette: PlotPalette,
): SvgMarkup[] {
  const stroke = palette.grid;
  return [
    ...ticks.map(({ value }) =>
      element('line', { x1: 0, x2: width, y1: y(value), y2: y(value), stroke, 'stroke-dasharray': '2 3' }),
    ),
    element('rect', { x: 0.5, y: 0.5, width: width - 1, height: height - 1, fill: 'none', stroke }),
  ];
}

/** The curve with a darker edge, which keeps the pale end of a color map visible. */
function curve(
  channel: Float32Array,
  x: Scale,
  y: Scale,
  paint: string,
  scale: ValueScale,
  values: Float32Array,
  palette: PlotPalette,
): SvgMarkup[] {
  const points = Array.from(channel, (value, i) => `${formatNumber(x(i))},${formatNumber(y(value))}`);
  const distance = x(1) - x(0);
  const stroke = distance >= DOT_DISTANCE ? 3 : distance >= 2 ? 2.2 : 1.6;
  const edge = stroke + 1.6;
  const line = {
    points: points.join(' '),
    fill: 'none',
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
  };
  const curves = [
    ...(scale.flat ? [] : [element('polyline', { ...line, stroke: palette.muted, 'stroke-width': edge })]),
    element('polyline', { ...line, stroke: paint, 'stroke-width': stroke }),
  ];
  if (distance < DOT_DISTANCE) return curves;
  const dots = Array.from(channel, (value, i) =>
    element('circle', {
      cx: x(i),
      cy: y(value),
      r: 3.2,
      fill: scale.flat ? palette.muted : hexColor(scale.color(values[i]!)),
      stroke: palette.muted,
      'stroke-width': 0.8,
    }),
  );
  return [...curves, ...dots];
}
