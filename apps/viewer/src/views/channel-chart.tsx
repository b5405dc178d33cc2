import type { FloatArray } from '@ablation-cam/xai';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { bentMarks } from './bent-axis.ts';
import { signed } from './format.ts';
import { useDarkScheme } from './use-media.ts';
import { useSize } from './use-size.ts';

interface ChannelChartProps {
  readonly weights: FloatArray;
  /** The channels from left to right. */
  readonly ordered: readonly number[];
  readonly off: readonly number[];
  readonly focused: number;
  readonly onFocus: (channel: number) => void;
  readonly onToggle: (channel: number) => void;
}

/** Of bars that have no higher neighbor; the style reserves as much. */
const LEAST_HEIGHT = 250;
/** So many numbers have room below each other. */
const MOST_MARKS = 11;
/** How wide a digit of a label is, and the axis beside the bars. */
const DIGIT = 8;
const AXIS = 76;
/** Where bars are this narrow, in pixels with what is between them, a share of that is less than a pixel. */
const NARROW = 9;
const LEAST_APART = 4;
const FONT = '12px system-ui, "DejaVu Sans", sans-serif';

/** The weights of the channels as bars, as high as the row they stand in. */
export function ChannelChart(props: ChannelChartProps) {
  const { weights, ordered, off, focused, onFocus, onToggle } = props;
  const [container, { width, height }] = useSize<HTMLDivElement>();
  const isDark = useDarkScheme();
  const plot = useRef<uPlot | null>(null);
  const bend = useMemo(() => bendOf(weights), [weights]);
  const size = { width, height: Math.max(LEAST_HEIGHT, height) };
  /** What the plot's handlers see: they outlive a rendering. */
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = container.current;
    if (!element || width === 0) return;
    const made = new uPlot(optionsOf(size, element, latest, bend), dataOf(latest.current), element);
    const click = (): void => {
      const channel = latest.current.ordered[made.cursor.idx ?? -1];
      if (channel !== undefined) latest.current.onToggle(channel);
    };
    made.over.addEventListener('click', click);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [width, isDark, container, bend]);

  useEffect(() => {
    plot.current?.setSize(size);
  }, [height]);

  useEffect(() => {
    plot.current?.setData(dataOf(latest.current));
  }, [weights, ordered, off, focused]);

  const position = ordered.indexOf(focused);
  const move = (to: number): void => {
    const channel = ordered[Math.max(0, Math.min(ordered.length - 1, to))];
    if (channel !== undefined) onFocus(channel);
  };
  return (
    <div
      ref={container}
      class="chart"
      role="slider"
      tabIndex={0}
      aria-label="Channel"
      aria-valuemin={0}
      aria-valuemax={ordered.length - 1}
      aria-valuenow={position}
      aria-valuetext={`channel ${focused}, weight ${signed(weights[focused] ?? 0)}${off.includes(focused) ? ', off' : ''}`}
      onKeyDown={(event) => {
        const target = {
          ArrowRight: position + 1,
          ArrowLeft: position - 1,
          Home: 0,
          End: ordered.length - 1,
        }[event.key];
        if (target !== undefined) move(target);
        else if (event.key === ' ' || event.key === 'Enter') onToggle(focused);
        else return;
        event.preventDefault();
      }}
    />
  );
}

/** The kinds of bars, each a series of its own, with their colors among the page's variables. Those that are off have an outline. */
const KINDS = [
  {
    color: 'accent',
    holds: (weight: number, isOff: boolean, isFocused: boolean) => !isOff && !isFocused && weight >= 0,
  },
  {
    color: 'against',
    holds: (weight: number, isOff: boolean, isFocused: boolean) => !isOff && !isFocused && weight < 0,
  },
  {
    color: 'line',
    outline: 'muted',
    holds: (_: number, isOff: boolean, isFocused: boolean) => isOff && !isFocused,
  },
  { color: 'focus', holds: (_: number, isOff: boolean, isFocused: boolean) => !isOff && isFocused },
  {
    color: 'line',
    outline: 'focus',
    holds: (_: number, isOff: boolean, isFocused: boolean) => isOff && isFocused,
  },
] as const;

/** An axis that is straight near 0 and logarithmic beyond `asinh`. As an object of its own: the enumeration is not there at run time. */
const BENT = { distr: 4 };

/** Weights so many times as large as nearly all others would leave nothing of these on a straight axis. */
const MOST_TIMES = 6;

/**
 * Where the axis begins to bend, so that a few outliers do not flatten the rest: about straight up to there, logarithmic beyond.
 * Null where no weight stands out that far. In one digit, so that live pictures do not bend it anew each time.
 */
function bendOf(weights: FloatArray): number | null {
  const sizes = Array.from(weights, Math.abs).sort((a, b) => a - b);
  const common = sizes[Math.floor(0.9 * (sizes.length - 1))] ?? 0;
  const largest = sizes.at(-1) ?? 0;
  return common > 0 && largest > MOST_TIMES * common ? Number(common.toPrecision(1)) : null;
}

function dataOf({ weights, ordered, off, focused }: ChannelChartProps): uPlot.AlignedData {
  const barsOf = ({ holds }: (typeof KINDS)[number]): (number | null)[] =>
    ordered.map((k) => {
      const weight = weights[k] ?? 0;
      return holds(weight, off.includes(k), k === focused) ? weight : null;
    });
  return [ordered.map((_, i) => i), ...KINDS.map(barsOf)];
}

function shortNumber(value: number | null): string {
  if (value === null) return '';
  const size = Math.abs(value);
  const text = size > 0 && size < 1e-4 ? value.toExponential(0) : String(Number(value.toPrecision(4)));
  return text.replaceAll('-', '−');
}

function optionsOf(
  { width, height }: { readonly width: number; readonly height: number },
  element: HTMLElement,
  latest: { readonly current: ChannelChartProps },
  bend: number | null,
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: color('muted'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
  };
  const wide = uPlot.paths.bars?.({ size: [0.86, 40] });
  const narrow = uPlot.paths.bars?.({ size: [1, 40], gap: 2 });
  // Bars of a few pixels keep two between them, which a share of their width would not; more bars than that touch.
  const bars: uPlot.Series.PathBuilder = (plot, ...rest) => {
    const across = (width - AXIS) / latest.current.ordered.length;
    return (across < NARROW && across >= LEAST_APART ? narrow : wide)?.(plot, ...rest) ?? null;
  };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
    scales: {
      x: { time: false, range: (_, low, high) => [low - 0.6, high + 0.6] },
      y: Object.assign<uPlot.Scale, object>(
        {
          range: (_, low, high) =>
            low === 0 && high === 0 ? [0, 1] : [Math.min(0, low * 1.05), Math.max(0, high * 1.05)],
        },
        bend === null ? {} : { ...BENT, asinh: bend },
      ),
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        label: 'channel',
        labelSize: 18,
        labelFont: FONT,
        size: 30,
        gap: 7,
        // The number of the channel below its bar, where there is room.
        splits: () => {
          const { ordered } = latest.current;
          const digits = String(Math.max(...ordered)).length;
          const step = Math.max(1, Math.ceil((ordered.length * (DIGIT * digits + 9)) / (width - AXIS)));
          return ordered.map((_, i) => i).filter((i) => i % step === 0);
        },
        values: (_, splits) => splits.map((i) => String(latest.current.ordered[i] ?? '')),
      },
      {
        ...axis,
        label: bend === null ? 'weight' : `weight, logarithmic beyond ${bend}`,
        labelSize: 18,
        labelFont: FONT,
        size: 48,
        gap: 2,
        ...(bend !== null && {
          splits: (_: uPlot, __: number, low: number, high: number) => [
            ...bentMarks(low, high, bend, MOST_MARKS),
          ],
        }),
        values: (_, splits: readonly (number | null)[]) => splits.map(shortNumber),
      },
    ],
    series: [
      {},
      ...KINDS.map((kind) => ({
        fill: color(kind.color),
        ...('outline' in kind ? { stroke: color(kind.outline), width: 2 } : { width: 0 }),
        points: { show: false },
        paths: bars,
      })),
    ],
    hooks: {
      setCursor: [
        ({ cursor }) => {
          const channel = latest.current.ordered[cursor.idx ?? -1];
          if (channel !== undefined && channel !== latest.current.focused) latest.current.onFocus(channel);
        },
      ],
    },
  };
}
