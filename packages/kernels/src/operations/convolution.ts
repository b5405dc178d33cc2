/**
 * Convolution over the position axes (one or two); every array of numbers holds one for each of them. Output position
 * o reads the input at `o * strides + t * dilation - padBefore` for every tap t of the window; cells outside the input
 * are zero, before its first position and beyond its last alike (the node's shape says how far the output goes).
 *
 *     y[o, f] = bias[f] + sum over t, c of x[o * strides + t * dilation - padBefore, c] * kernel[t, c, f]
 *
 * A 1x1 convolution has a window of ones.
 */
export interface ConvolutionOperation {
  readonly kind: 'convolution';
  readonly filters: number;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  /** Row-major `[...window, channels, filters]`. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}
