import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useDarkScheme } from '../use-media.ts';
import { mapGradient, type ColoredSamples } from './map-gradient.ts';
import type { Zoom } from './zoom.ts';

/** A stretch of samples in a color of its own, in shares of the signal. */
export interface Band {
  readonly from: number;
  readonly to: number;
  /** One of the page's variables. */
  readonly color: string;
}

interface SignalPlotProps {
  /** Of one channel. */
  readonly values: Float32Array;
  readonly samples: ColoredSamples;
  readonly bands: readonly Band[];
  readonly zoom: Zoom;
  readonly width: number;
  readonly height: number;
  /** Whether the numbers of the samples are below it. */
  readonly hasAxis: boolean;
}

const STRIP = 9;
/** How high a number beside the axis is. */
const LABEL = 12;
const ROOM = 0.08;
/** Samples at least this many pixels apart are marked with dots. */
const DOT_DISTANCE = 9;

/** A channel of a signal as a curve in the colors of its map, with the map once more as a strip below it. */
export function SignalPlot(props: SignalPlotProps) {
  const { values, samples, bands, zoom, width, height, hasAxis } = props;
  const container = useRef<HTMLDivElement>(null);
  const isDark = useDarkScheme();
  const plot = useRef<uPlot | null>(null);
  /** What the plot's hooks see: they outlive a rendering. */
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const options = optionsOf(width, height, hasAxis, element, latest);
    const made = new uPlot(options, dataOf(latest.current.values), element);
    made.over.dataset['frame'] = '';
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [width, height, hasAxis, isDark]);

  useEffect(() => {
    plot.current?.setData(dataOf(values));
  }, [values, samples, bands, zoom]);
  return <div ref={container} class="signal-plot" aria-hidden="true" />;
}

/** From the left edge of the first sample that is shown to the right edge of the last. */
function rangeOf({ zoom: { left, scale }, values: { length } }: SignalPlotProps): [number, number] {
  return [left * length - 0.5, (left + 1 / scale) * length - 0.5];
}

/** The curve twice: below, wider, in a color that keeps the pale end of a color map visible. */
function dataOf(values: Float32Array): uPlot.AlignedData {
  const y = Array.from(values);
  return [y.map((_, i) => i), y, y];
}

function optionsOf(
  width: number,
  height: number,
  hasAxis: boolean,
  element: HTMLElement,
  latest: { readonly current: SignalPlotProps },
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const grid = { stroke: color('line'), width: 1 };
  const axis = { stroke: color('muted'), grid, ticks: { show: false } };
  const gradient = (plot: uPlot): CanvasGradient | string =>
    mapGradient(plot, latest.current.samples, color('line-strong'));
  const isSparse = (plot: uPlot): boolean => plot.valToPos(1, 'x') - plot.valToPos(0, 'x') >= DOT_DISTANCE;
  return {
    width,
    height,
    legend: { show: false },
    padding: [6, 6, 0, 0],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
    scales: {
      x: { time: false, range: () => rangeOf(latest.current) },
      y: {
        range: (_, low, high) => {
          const room = low === high ? Math.abs(low) / 2 || 1 : ROOM * (high - low);
          return [low - 2 * room, high + room];
        },
      },
    },
    axes: [
      { ...axis, show: hasAxis, size: 24, gap: 2, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] },
      {
        ...axis,
        size: 44,
        gap: 2,
        // None beside the strip.
        filter: (plot, splits) => {
          const lowest = plot.bbox.height / devicePixelRatio - STRIP - LABEL / 2;
          return splits.map((value) => (plot.valToPos(value, 'y') > lowest ? null : value));
        },
        values: (_, splits: readonly (number | null)[]) =>
          splits.map((value) => (value === null ? '' : String(value).replace('-', '−'))),
      },
    ],
    series: [
      {},
      { stroke: color('muted'), width: 4.6, points: { show: false } },
      {
        stroke: gradient,
        width: 3,
        points: { show: isSparse, size: 7, fill: gradient, stroke: color('muted'), width: 0.8 },
      },
    ],
    hooks: {
      drawClear: [
        (plot) => {
          fillBands(plot, latest.current, color);
        },
      ],
      draw: [
        (plot) => {
          const { left, top, width: across, height: down } = plot.bbox;
          const strip = STRIP * devicePixelRatio;
          plot.ctx.fillStyle = gradient(plot);
          plot.ctx.fillRect(left, top + down - strip, across, strip);
        },
      ],
    },
  };
}

function fillBands(plot: uPlot, { bands, values }: SignalPlotProps, color: (name: string) => string): void {
  const { left, top, width, height } = plot.bbox;
  const at = (share: number): number => {
    const x = plot.valToPos(share * values.length - 0.5, 'x', true);
    return Math.max(left, Math.min(left + width, x));
  };
  plot.ctx.save();
  plot.ctx.globalAlpha = 0.35;
  for (const band of bands) {
    plot.ctx.fillStyle = color(band.color);
    plot.ctx.fillRect(at(band.from), top, at(band.to) - at(band.from), height);
  }
  plot.ctx.restore();
}
