let depth = 0;

/**
 * Returns what `differentiate` returns, which takes no gradient with respect to weights: kernels may leave those out.
 *
 * TensorFlow.js asks for them whether they are wanted or not where it fuses a convolution with its bias, and a gradient of
 * filters takes as long as one of the input.
 */
export function withConstantWeights<T>(differentiate: () => T): T {
  depth++;
  try {
    return differentiate();
  } finally {
    depth--;
  }
}

/** Whether a gradient with respect to weights that is asked for now will be thrown away. */
export function areWeightsConstant(): boolean {
  return depth > 0;
}
