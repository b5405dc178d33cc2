/**
 * Resamples two position axes to the size of the node's shape, as TensorFlow.js does: without half-pixel centres and
 * without aligned corners. Along an axis from `i` to `o` cells, output cell n reads the input at `s = n * i / o`:
 *
 * - `nearest`: cell `floor(s)`;
 * - `bilinear`: cells `floor(s)` and `min(ceil(s), i - 1)`, the second with weight `s - floor(s)`.
 */
export interface ResizeOperation {
  readonly kind: 'resize';
  readonly interpolation: 'nearest' | 'bilinear';
}
