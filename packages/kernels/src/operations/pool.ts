export type PoolReduction = 'max' | 'average';

/** Pooling over the position axes; arrays hold one number for each of them (one or two). */
export interface PoolOperation {
  readonly kind: 'pool';
  readonly reduction: PoolReduction;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  /** Padding before the first position; padded cells never count, neither in a maximum nor in a mean. */
  readonly padBefore: readonly number[];
}
