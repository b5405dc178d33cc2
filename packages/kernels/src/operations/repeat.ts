/** `[channels]` repeated at every position: `[positions, channels]`. */
export interface RepeatOperation {
  readonly kind: 'repeat';
}
