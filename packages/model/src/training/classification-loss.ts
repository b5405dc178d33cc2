import * as tf from '@tensorflow/tfjs';

/**
 * Mean cross-entropy of probabilities, a scalar: categorical for `[n, classes]`, binary for a one-unit sigmoid `[n, 1]`.
 * `labels` are class indices, `[n]` int32. Probabilities are clipped to [1e-7, 1 - 1e-7], as in Keras.
 */
export function crossEntropy(probabilities: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const clipped = tf.clipByValue(probabilities, smallest, 1 - smallest);
    if (probabilities.shape[1] === 1) {
      const positive = tf.reshape(tf.cast(labels, 'float32'), [-1, 1]);
      const likelihood = tf.add(
        tf.mul(positive, tf.log(clipped)),
        tf.mul(tf.sub(1, positive), tf.log(tf.sub(1, clipped))),
      );
      return tf.neg<tf.Scalar>(tf.mean(likelihood));
    }
    const truth = tf.oneHot(labels, probabilities.shape[1]);
    return tf.neg<tf.Scalar>(tf.mean(tf.sum(tf.mul(truth, tf.log(clipped)), 1)));
  });
}

/** How many samples get their own class, a scalar; the first class wins a tie. */
export function countCorrect(probabilities: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const predicted =
      probabilities.shape[1] === 1
        ? tf.cast(tf.greater(tf.squeeze(probabilities, [1]), 0.5), 'int32')
        : tf.argMax(probabilities, 1);
    return tf.cast(tf.sum<tf.Scalar>(tf.cast(tf.equal(predicted, labels), 'int32')), 'float32');
  });
}

const smallest = 1e-7;
