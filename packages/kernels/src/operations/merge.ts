export type MergeFunction = 'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum';

/**
 * Element-wise over two or more inputs (`subtract`: exactly two; an input may come twice). Shapes are aligned at their
 * last axis and an axis of length 1, or one that is missing in front, is repeated: `[channels]` against
 * `[height, width, channels]` is one factor for each channel.
 */
export interface MergeOperation {
  readonly kind: 'merge';
  readonly function: MergeFunction;
}
