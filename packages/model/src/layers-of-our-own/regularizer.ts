import * as tf from '@tensorflow/tfjs';

/** The factors of an L1 and an L2 penalty, as layers of TensorFlow.js write them. */
export interface L1L2Config {
  readonly className: 'L1L2';
  readonly config: { readonly l1: number; readonly l2: number };
}

export function regularizerOf(
  penalty: L1L2Config | null,
): ReturnType<typeof tf.regularizers.l1l2> | undefined {
  return penalty ? tf.regularizers.l1l2(penalty.config) : undefined;
}
