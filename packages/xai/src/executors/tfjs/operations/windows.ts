import * as tf from '@tensorflow/tfjs';
import { isWindowOfOnes, type PoolReduction, type Shape } from '@ablation-cam/kernels';

/** A window over the position axes; see `SlidingWindow` of the kernels package. */
export interface Sliding {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly padBefore: readonly number[];
  readonly dilation?: readonly number[];
}

type Pair = [number, number];
type Padding = 'valid' | [Pair, Pair, Pair, Pair];

/** What TensorFlow.js's operations on images are told. */
interface ImageWindow {
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padding: Padding;
}

/** A convolution or pooling of images, `[batch, height, width, channels]`. */
type ImageOperation = (images: tf.Tensor4D, window: ImageWindow) => tf.Tensor4D;

/** `[batch, ...positions, channels]` as images; positions of one axis become the height. */
export function asImages(x: tf.Tensor): tf.Tensor4D {
  const [batch = 1, ...shape] = x.shape;
  const [height = 1, width = 1] = shape.slice(0, -1);
  return x.reshape([batch, height, width, shape.at(-1) ?? 1]);
}

/** Both axes of an image for what is said of the position axes. */
export function imageAxes(numbers: readonly number[], missing: number): Pair {
  return [numbers[0] ?? missing, numbers[1] ?? missing];
}

/**
 * Applies a sliding operation with the padding and the output positions that the tail gives, whether or not TensorFlow.js
 * has a name for them. Returns images.
 */
export function slide(
  images: tf.Tensor4D,
  sliding: Sliding,
  output: Shape,
  operation: ImageOperation,
): tf.Tensor4D {
  const [batch] = images.shape;
  const size = imageAxes(output, 1);
  const window = imageAxes(sliding.window, 1);
  const strides = imageAxes(sliding.strides, 1);
  const dilation = imageAxes(sliding.dilation ?? [], 1);
  const before = imageAxes(sliding.padBefore, 0);
  const after = size.map((length, axis) => {
    const reach = (length - 1) * strides[axis]! + (window[axis]! - 1) * dilation[axis]! + 1;
    return Math.max(0, reach - before[axis]! - images.shape[axis + 1]!);
  });
  const pads = [...before, ...after].some((count) => count > 0);
  const padding: Padding = pads
    ? [
        [0, 0],
        [before[0], after[0]!],
        [before[1], after[1]!],
        [0, 0],
      ]
    : 'valid';
  // TensorFlow.js refuses strides together with dilation.
  const isDense = dilation.some((step) => step > 1) && strides.some((step) => step > 1);
  const found = operation(images, { strides: isDense ? [1, 1] : strides, dilation, padding });
  const step = isDense ? strides : ([1, 1] as const);
  const [, height, width, channels] = found.shape;
  const ends = size.map((length, axis) => (length - 1) * step[axis]! + 1);
  if (height === size[0] && width === size[1]) return found;
  const kept = [batch, Math.min(height, ends[0]!), Math.min(width, ends[1]!), channels] as const;
  const whole = found.slice([0, 0, 0, 0], [...kept]);
  return stridedImages(whole, step);
}

/** Every `steps`-th cell. */
function stridedImages(images: tf.Tensor4D, steps: readonly [number, number]): tf.Tensor4D {
  return images.stridedSlice([0, 0, 0, 0], images.shape, [1, ...steps, 1]) as tf.Tensor4D;
}

/** A convolution of images without bias. @param kernel `[height, width, channels, filters]` */
export function convolveImages(
  images: tf.Tensor4D,
  kernel: tf.Tensor4D,
  sliding: Sliding,
  output: Shape,
): tf.Tensor4D {
  return slide(images, sliding, output, (x, { strides, dilation, padding }) =>
    tf.conv2d(x, kernel, strides, padding, 'NHWC', dilation),
  );
}

/** Every channel by itself. @param kernel `[height, width, channels, multiplier]` */
export function convolveImagesDepthwise(
  images: tf.Tensor4D,
  kernel: tf.Tensor4D,
  sliding: Sliding,
  output: Shape,
): tf.Tensor4D {
  return slide(images, sliding, output, (x, { strides, dilation, padding }) =>
    tf.depthwiseConv2d(x, kernel, strides, padding, 'NHWC', dilation),
  );
}

/** The largest or mean value under the window; cells of padding do not count. */
export function poolImages(
  images: tf.Tensor4D,
  reduction: PoolReduction,
  sliding: Sliding,
  output: Shape,
): tf.Tensor4D {
  // Backends refuse to pool single cells.
  if (isWindowOfOnes({ dilation: [], ...sliding })) return images.clone();
  const window = imageAxes(sliding.window, 1);
  if (window[0] === 1 && window[1] === 1) {
    const [stepY, stepX] = imageAxes(sliding.strides, 1);
    return stridedImages(images, [stepY, stepX]);
  }
  const pool = reduction === 'max' ? tf.maxPool : tf.avgPool;
  return slide(images, sliding, output, (x, { strides, padding }) =>
    pool(x, window, strides, padding as Parameters<typeof tf.maxPool>[3]),
  );
}

/**
 * Reduces all positions, `[batch, 1, 1, channels]`, one axis after the other: shorter sums in float32 lose less, and pooling
 * is faster than `tf.mean` by an order of magnitude.
 */
export function poolAllPositions(images: tf.Tensor4D, reduction: PoolReduction): tf.Tensor4D {
  const [, height, width] = images.shape;
  const over = (x: tf.Tensor4D, window: Pair, output: Shape): tf.Tensor4D =>
    poolImages(x, reduction, { window, strides: window, padBefore: [0, 0] }, output);
  return over(over(images, [1, width], [height, 1]), [height, 1], [1, 1]);
}
