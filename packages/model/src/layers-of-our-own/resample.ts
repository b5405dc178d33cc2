import * as tf from '@tensorflow/tfjs';

export type ResizeInterpolation = 'nearest' | 'bilinear';

/**
 * Images `[batch, height, width, channels]` at another size as TensorFlow 2 makes them, with half-pixel centers. By two matrix
 * products: the resampling kernels of TensorFlow.js have no gradient with half-pixel centers.
 */
export function resample(
  images: tf.Tensor,
  [height, width]: readonly [number, number],
  interpolation: ResizeInterpolation,
): tf.Tensor {
  return tf.tidy(() => {
    const [batch = 1, rows = 1, columns = 1, channels = 1] = images.shape;
    const down = resamplingMatrix(rows, height, interpolation).expandDims(0);
    const across = resamplingMatrix(columns, width, interpolation).expandDims(0);
    const tall =
      rows === height ? images : tf.matMul(down, images.reshape([batch, rows, columns * channels]));
    const wide =
      columns === width ? tall : tf.matMul(across, tall.reshape([batch * height, columns, channels]));
    return wide.reshape([batch, height, width, channels]);
  });
}

/** `[to, from]`: how much each cell of an axis counts for each cell of the resampled one. */
function resamplingMatrix(from: number, to: number, interpolation: ResizeInterpolation): tf.Tensor {
  const values = new Float32Array(to * from);
  for (let n = 0; n < to; n++) {
    // Whole numbers first, so that no rounding decides between two cells.
    const place = ((2 * n + 1) * from - (interpolation === 'nearest' ? 0 : to)) / (2 * to);
    const first = Math.floor(Math.max(0, place));
    const second = Math.min(first + 1, from - 1);
    const weight = interpolation === 'nearest' ? 0 : Math.max(0, place) - first;
    values[n * from + first] = 1 - weight;
    values[n * from + second] = (values[n * from + second] ?? 0) + weight;
  }
  return tf.tensor2d(values, [to, from]);
}
