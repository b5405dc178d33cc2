import * as tf from '@tensorflow/tfjs';

/**
 * Makes the gradient of batch normalization with respect to its input fast.
 *
 * As shipped (4.22) TensorFlow.js repeats the factor of each channel over all positions, with a kernel that the WASM
 * backend computes element by element: half of the time of a whole backward pass through MobileNetV2. The product of dY
 * with one factor a channel needs no such tensor. Delete this when upstream multiplies so.
 */
export function speedUpBatchNormGradient(): void {
  const shipped = tf.getGradient(tf.FusedBatchNorm);
  if (replaced.has(shipped.gradFunc)) return;
  const replacement: tf.GradConfig = {
    ...shipped,
    gradFunc: (dy, saved, attrs) => {
      const of = (name: string) => (): tf.Tensor => shipped.gradFunc(dy, saved, attrs)[name]!();
      return {
        x: () => inputGradient(dy as tf.Tensor, saved, attrs),
        // Those of training. What they share is computed anew for each, as each is freed by itself.
        mean: of('mean'),
        variance: of('variance'),
        scale: of('scale'),
        offset: of('offset'),
      };
    },
  };
  replaced.add(replacement.gradFunc);
  tf.registerGradient(replacement);
}

const replaced = new Set<tf.GradFunc>();

/** dX = dY scale / sqrt(variance + epsilon), in the shape of dY. */
function inputGradient(dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap): tf.Tensor {
  const { varianceEpsilon } = attrs as unknown as tf.FusedBatchNormAttrs;
  const [, , variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
  const reciprocal = tf.rsqrt(tf.add(variance, varianceEpsilon));
  return tf.mul(dy, scale === undefined ? reciprocal : tf.mul(reciprocal, scale));
}
