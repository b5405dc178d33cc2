/** Sizes along the position axes of something that slides a window over them. */
export interface LayerWindow {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
}

/**
 * Returns the window with its padding in cells and the positions of the result. With `same` padding TensorFlow.js gives
 * ceil(input / stride) positions and puts the smaller half of the cells it needs in front. With `causal` padding all cells are
 * in front, as many as let the first position read nothing behind it. Anything else is `valid`.
 */
export function slidingWindow(
  positions: readonly number[],
  sizes: Omit<LayerWindow, 'padBefore'>,
  padding: unknown,
): { sliding: LayerWindow; positions: number[] } {
  const axes = positions.map((input, axis) => {
    const stride = sizes.strides[axis] ?? 1;
    const extent = ((sizes.window[axis] ?? 1) - 1) * (sizes.dilation[axis] ?? 1) + 1;
    if (padding !== 'same' && padding !== 'causal')
      return { before: 0, output: Math.ceil((input - extent + 1) / stride) };
    const output = Math.ceil(input / stride);
    if (padding === 'causal') return { before: extent - 1, output };
    return { before: Math.floor(Math.max(0, (output - 1) * stride + extent - input) / 2), output };
  });
  return {
    sliding: { ...sizes, padBefore: axes.map(({ before }) => before) },
    positions: axes.map(({ output }) => output),
  };
}
