import { encode } from 'fast-png';
import type { FailedExample } from '../failed-example.ts';
import { dataUri, html, type Markup } from './html.ts';

const SIGNAL_WIDTH = 160;
const SIGNAL_HEIGHT = 72;

/**
 * The input of a failed example: an image as an embedded PNG, a signal as a line for each channel; `null` for shapes
 * that are neither.
 */
export function examplePicture({ shape, input }: FailedExample): Markup | null {
  const [height, width, channels] = shape;
  if (shape.length === 3 && (channels === 1 || channels === 3)) {
    const png = encode({ width: width!, height: height!, channels, depth: 8, data: toBytes(input) });
    return html`<img src="${dataUri('image/png', png)}" width="${width!}" height="${height!}" alt="" />`;
  }
  if (shape.length === 1 || shape.length === 2) return signalPicture(input, shape[0]!, shape[1] ?? 1);
  return null;
}

/** Bytes of values in [0, 1]; values of another range are stretched to it from their smallest to their largest. */
function toBytes(values: Float32Array): Uint8Array {
  const [low, high] = extent(values);
  const [zero, one] = low >= 0 && high <= 1 ? [0, 1] : [low, high];
  const scale = one > zero ? 255 / (one - zero) : 0;
  return Uint8Array.from(values, (value) => Math.round((value - zero) * scale));
}

function signalPicture(values: Float32Array, length: number, channels: number): Markup {
  const [low, high] = extent(values);
  const x = (i: number): string => ((i / Math.max(1, length - 1)) * (SIGNAL_WIDTH - 4) + 2).toFixed(1);
  const y = (value: number): string =>
    ((high > low ? (high - value) / (high - low) : 0.5) * (SIGNAL_HEIGHT - 4) + 2).toFixed(1);
  const lines = Array.from({ length: channels }, (_, channel) => {
    const points = Array.from({ length }, (_, i) => `${x(i)},${y(values[i * channels + channel]!)}`);
    return html`<polyline
      points="${points.join(' ')}"
      fill="none"
      stroke="var(--plot-series-${channel % 10})"
      stroke-width="1.5"
      stroke-linejoin="round"
    />`;
  });
  return html`<svg
    viewBox="0 0 ${SIGNAL_WIDTH} ${SIGNAL_HEIGHT}"
    role="img"
    aria-label="signal of ${length} values from ${low.toPrecision(3)} to ${high.toPrecision(3)}"
  >
    ${lines}
  </svg>`;
}

function extent(values: Float32Array): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
