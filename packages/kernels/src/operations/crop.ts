/** Drops positions at both ends; `before` holds how many at the start of each position axis. */
export interface CropOperation {
  readonly kind: 'crop';
  readonly before: readonly number[];
}
