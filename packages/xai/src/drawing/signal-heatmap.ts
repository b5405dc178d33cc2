import type { PositionMap } from '../explanation/explanation.ts';
import { valueScale, type ColoringOptions } from './color/value-scale.ts';
import { figure, paletteOf, type FigureOptions } from './figure/figure.ts';
import { withColorBar, type ColorBarOptions } from './figure/with-color-bar.ts';
import { signalPanel } from './panels/signal-panel.ts';
import { relevanceOfSamples, signalChannels, type DrawnSignal } from './signal.ts';

/** How `drawSignalHeatmap` draws a signal. */
export interface SignalHeatmapOptions extends FigureOptions, ColoringOptions, ColorBarOptions {
  /** Of the plot with its axes, in pixels, at least 200; default 640. */
  readonly width?: number | undefined;
  /** Of the plot of one channel, in pixels, at least 40; default 220, less where there are several. */
  readonly plotHeight?: number | undefined;
  /** Default "sample". */
  readonly xLabel?: string | undefined;
  /** Default "value". */
  readonly yLabel?: string | undefined;
  /** Default "channel 0", "channel 1" ...; a single channel has no name. */
  readonly channelNames?: readonly string[] | undefined;
}

/**
 * Draws a signal as a curve in the colors of its map, with the map as a strip below it, axes and a color bar: an SVG document.
 * Several channels are drawn below each other, all in the colors of the one map.
 *
 * The relevance is linear between samples, and so is the curve. A flat map leaves the curve in a neutral color, with the words
 * "flat map".
 *
 * @param heatmap `[length]` of any resolution: it covers the whole signal (linear, half-pixel centres)
 * @throws XaiError `invalid-input` for a signal or a map that cannot be drawn, `invalid-option` for an unknown color map or an empty
 *   range
 */
export function drawSignalHeatmap(
  signal: DrawnSignal,
  heatmap: PositionMap,
  options: SignalHeatmapOptions = {},
): string {
  const palette = paletteOf(options);
  const channels = signalChannels(signal);
  const scale = valueScale(heatmap, options);
  const values = relevanceOfSamples(heatmap, channels[0]!.length);
  const single = channels.length === 1;
  const plotHeight = Math.max(
    40,
    options.plotHeight ?? (single ? 220 : Math.max(64, Math.round(440 / channels.length))),
  );
  const names = options.channelNames ?? (single ? [] : channels.map((_, index) => `channel ${index}`));
  const panel = signalPanel(channels, values, scale, {
    width: Math.max(200, options.width ?? 640),
    plotHeight,
    axes: { x: options.xLabel ?? 'sample', y: options.yLabel ?? 'value', channels: names },
    palette,
  });
  const barLength = Math.max(100, Math.min(220, plotHeight * channels.length));
  return figure(withColorBar(panel, scale, options, palette, barLength), options);
}
