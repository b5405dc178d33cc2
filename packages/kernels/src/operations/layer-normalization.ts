/**
 * `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased) variance over `axes`, one pair for
 * each element of the other axes.
 */
export interface LayerNormalizationOperation {
  readonly kind: 'layer-normalization';
  /** Ascending, at least one. */
  readonly axes: readonly number[];
  readonly epsilon: number;
  /** Row-major over the lengths of `axes`; null stands for ones. */
  readonly gamma: Float32Array | null;
  /** Row-major over the lengths of `axes`; null stands for zeros. */
  readonly beta: Float32Array | null;
}
