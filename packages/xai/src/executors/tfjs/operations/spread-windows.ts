import * as tf from '@tensorflow/tfjs';
import type { PoolOperation } from '@ablation-cam/kernels';
import { imageAxes } from './windows.ts';

/**
 * Gives every cell of an image the value of the window it lies in; windows do not overlap. Cells between windows get some
 * value.
 *
 * @param pooled one value for each window, `[batch, rows, columns, channels]`
 * @param size height and width of the images that were pooled
 */
export function spreadWindows(
  pooled: tf.Tensor4D,
  { strides, padBefore }: Pick<PoolOperation, 'strides' | 'padBefore'>,
  size: readonly number[],
): tf.Tensor {
  const steps = imageAxes(strides, 1);
  const before = imageAxes(padBefore, 0);
  return [0, 1].reduce<tf.Tensor>((x, axis) => {
    const windows = (pooled.shape[axis + 1] ?? 1) - 1;
    const step = steps[axis] ?? 1;
    const cells = Array.from({ length: size[axis] ?? 1 }, (_, cell) =>
      Math.min(windows, Math.floor((cell + (before[axis] ?? 0)) / step)),
    );
    return tf.gather(x, tf.tensor1d(cells, 'int32'), axis + 1);
  }, pooled);
}
