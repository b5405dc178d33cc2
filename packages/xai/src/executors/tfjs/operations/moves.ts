import * as tf from '@tensorflow/tfjs';
import type { ResizeOperation, Shape } from '@ablation-cam/kernels';

/** `before` zeros at the start of each position axis, and as many after as the shape says. */
export function padPositions(x: tf.Tensor, before: readonly number[], shape: Shape): tf.Tensor {
  const paddings = x.shape.map((length, axis): [number, number] => {
    const front = before[axis - 1] ?? 0;
    return axis === 0 ? [0, 0] : [front, (shape[axis - 1] ?? length) - length - front];
  });
  paddings[paddings.length - 1] = [0, 0];
  return tf.pad(x, paddings);
}

export function cropPositions(x: tf.Tensor, before: readonly number[], shape: Shape): tf.Tensor {
  const [batch = 1] = x.shape;
  const channels = x.shape.at(-1) ?? 1;
  const starts = x.shape.slice(1, -1).map((_, axis) => before[axis] ?? 0);
  return x.slice([0, ...starts, 0], [batch, ...shape.slice(0, -1), channels]);
}

/** `[batch, height, width, channels]` at another size, as `ResizeOperation` defines it. */
export function resize({ interpolation }: ResizeOperation, x: tf.Tensor, shape: Shape): tf.Tensor {
  const [height = 1, width = 1] = shape;
  if (interpolation === 'bilinear') return tf.image.resizeBilinear(x as tf.Tensor4D, [height, width]);
  // Chosen by whole numbers: the backends round the ratio of the sizes to float32, and may take the cell before.
  const rows = nearest(x.shape[1] ?? 1, height);
  const columns = nearest(x.shape[2] ?? 1, width);
  return tf.gather(tf.gather(x, rows, 1), columns, 2);
}

function nearest(from: number, to: number): tf.Tensor1D {
  return tf.tensor1d(
    Array.from({ length: to }, (_, n) => Math.floor((n * from) / to)),
    'int32',
  );
}

/** `[batch, channels]` at every position. */
export function repeat(x: tf.Tensor, [positions = 1, channels = 1]: Shape): tf.Tensor {
  return x.reshape([-1, 1, channels]).tile([1, positions, 1]);
}
