import { ModelError } from '../../errors.ts';
import { NoRule } from '../node-context.ts';

/** What slides over the position axes; numbers are one for each of them. */
export interface NodeWindow {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
}

export interface Slide {
  readonly sliding: NodeWindow;
  readonly padAfter: readonly number[];
  /** Positions of the result. */
  readonly positions: readonly number[];
}

/** How a window is to slide; lists are one number for each axis. */
export interface SlideSettings {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  /** `same-*`: as much as keeps the length, up to the stride, the odd cell at that end. */
  readonly padding: Padding;
  /** A window counts that begins inside the input or its padding in front, as PyTorch and ONNX Runtime have it. */
  readonly roundsUp?: boolean;
}

export type Padding =
  'valid' | 'same-upper' | 'same-lower' | readonly (readonly [before: number, after: number])[];

/**
 * Returns the window of a convolution or pooling over `positions`.
 *
 * @param node its name
 * @throws NoRule for more than two axes; ModelError `invalid-input` where an input is smaller than the window
 */
export function slideOver(
  positions: readonly number[],
  window: readonly number[],
  { strides, dilation, padding, roundsUp = false }: SlideSettings,
  node: string,
): Slide {
  if (positions.length < 1 || positions.length > 2) {
    throw new NoRule(`it slides over ${String(positions.length)} axes of positions`);
  }
  const axes = positions.map((length, axis) => {
    const stride = strides[axis] ?? 1;
    const extent = ((window[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
    const [before, after] = paddingOf(padding, axis, length, stride, extent);
    const room = length + before + after - extent;
    const steps = roundsUp ? Math.ceil(room / stride) : Math.floor(room / stride);
    const isInside = steps * stride < length + before;
    return { before, after, count: steps + (roundsUp && !isInside ? 0 : 1) };
  });
  const numbers = [...strides, ...dilation, ...window];
  if (axes.some(({ before, after }) => before < 0 || after < 0) || numbers.some((number) => !(number >= 1))) {
    throw new NoRule('its padding is negative or its window empty');
  }
  if (axes.some(({ count }) => count < 1)) {
    throw new ModelError(
      'invalid-input',
      `The input is too small for the network: node "${node}" has a window of ${window.join(' x ')} for ` +
        `${positions.join(' x ')} positions. Give a larger input.`,
    );
  }
  return {
    sliding: { window, strides, dilation, padBefore: axes.map(({ before }) => before) },
    padAfter: axes.map(({ after }) => after),
    positions: axes.map(({ count }) => count),
  };
}

function paddingOf(
  padding: Padding,
  axis: number,
  length: number,
  stride: number,
  extent: number,
): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  if (typeof padding === 'object') return padding[axis] ?? [0, 0];
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + extent - length);
  const half = Math.floor(total / 2);
  return padding === 'same-lower' ? [total - half, half] : [half, total - half];
}
