import { ModelError } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import { NoRule } from '../node-context.ts';

/** What slides over the position axes; numbers are one for each of them. */
export interface OnnxWindow {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
}

export interface Slide {
  readonly sliding: OnnxWindow;
  readonly padAfter: readonly number[];
  /** Positions of the result. */
  readonly positions: readonly number[];
}

/**
 * Returns the window of a convolution or pooling over `positions`.
 *
 * Source: ONNX operators, Conv-11 and MaxPool-12. With `ceil_mode` a window counts that begins inside the input or its padding in
 * front, as PyTorch and ONNX Runtime have it.
 *
 * @throws NoRule for more than two axes; ModelError `invalid-input` where an input is smaller than the window
 */
export function slideOver(
  positions: readonly number[],
  window: readonly number[],
  attributes: Attributes,
): Slide {
  const { node } = attributes;
  if (positions.length < 1 || positions.length > 2) {
    throw new NoRule(`it slides over ${String(positions.length)} axes of positions`);
  }
  const ones = positions.map(() => 1);
  const strides = attributes.ints('strides') ?? ones;
  const dilation = attributes.ints('dilations') ?? ones;
  const pads = attributes.ints('pads') ?? [];
  const mode = attributes.text('auto_pad', 'NOTSET');
  const roundsUp = attributes.int('ceil_mode', 0) === 1;
  const axes = positions.map((length, axis) => {
    const stride = strides[axis] ?? 1;
    const extent = ((window[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
    const [before, after] = padding(mode, length, stride, extent, [
      pads[axis] ?? 0,
      pads[axis + positions.length] ?? 0,
    ]);
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
      `The input is too small for the network: node "${node.name}" has a window of ${window.join(' x ')} for ` +
        `${positions.join(' x ')} positions. Give a larger input.`,
    );
  }
  return {
    sliding: { window, strides, dilation, padBefore: axes.map(({ before }) => before) },
    padAfter: axes.map(({ after }) => after),
    positions: axes.map(({ count }) => count),
  };
}

function padding(
  mode: string,
  length: number,
  stride: number,
  extent: number,
  explicit: readonly [number, number],
): readonly [number, number] {
  if (mode === 'NOTSET') return explicit;
  if (mode === 'VALID') return [0, 0];
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + extent - length);
  const half = Math.floor(total / 2);
  return mode === 'SAME_LOWER' ? [total - half, half] : [half, total - half];
}
