/** Output axis i is input axis `axes[i]`. */
export interface PermuteOperation {
  readonly kind: 'permute';
  readonly axes: readonly number[];
}
