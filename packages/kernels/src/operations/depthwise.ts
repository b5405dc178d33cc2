/**
 * Every channel convolved by itself with `multiplier` filters; taps and padding as in `convolution`.
 *
 *     y[o, c * multiplier + j] = bias[c * multiplier + j] + sum over t of x[..., c] * kernel[t, c, j]
 *
 * A separable convolution is this, without bias, and a 1x1 `convolution` after it.
 */
export interface DepthwiseOperation {
  readonly kind: 'depthwise';
  readonly multiplier: number;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  /** Row-major `[...window, channels, multiplier]`. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}
