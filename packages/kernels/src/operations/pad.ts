/** Zeros around the position axes, one number for each of them; how many follow after the input, the node's shape says. */
export interface PadOperation {
  readonly kind: 'pad';
  readonly before: readonly number[];
}
