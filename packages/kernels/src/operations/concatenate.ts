/** The inputs one after the other along `axis`. */
export interface ConcatenateOperation {
  readonly kind: 'concatenate';
  readonly axis: number;
}
