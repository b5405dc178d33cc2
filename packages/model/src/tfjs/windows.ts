import * as tf from '@tensorflow/tfjs';
import type { ImageWindow, Pair } from '@ablation-cam/kernels/lowering';

type Numbers = [number, number];
type Padding = 'valid' | [Numbers, Numbers, Numbers, Numbers];

/** A convolution or pooling as TensorFlow.js is told about it. */
type ImageOperation = (strides: Numbers, padding: Padding) => tf.Tensor4D;

/** What TensorFlow.js does to sums before it writes them down. */
export interface SumEnding {
  /** `[filters]` */
  readonly bias?: tf.Tensor1D;
  readonly activation: 'linear' | 'relu' | 'relu6';
}

/** @param ending makes it one of TensorFlow.js's fused operations */
export function convolve(
  images: tf.Tensor4D,
  kernel: tf.Tensor4D,
  window: ImageWindow,
  ending: SumEnding | null = null,
): tf.Tensor {
  return slide(window, (strides, pad) => {
    const dilations = numbers(window.dilation);
    if (!ending) return tf.conv2d(images, kernel, strides, pad, 'NHWC', dilations);
    return tf.fused.conv2d({ x: images, filter: kernel, strides, pad, dilations, ...ending });
  });
}

/** @param ending as in `convolve` */
export function convolveDepthwise(
  images: tf.Tensor4D,
  kernel: tf.Tensor4D,
  window: ImageWindow,
  ending: SumEnding | null = null,
): tf.Tensor {
  return slide(window, (strides, pad) => {
    const dilations = numbers(window.dilation);
    if (!ending) return tf.depthwiseConv2d(images, kernel, strides, pad, 'NHWC', dilations);
    // It takes padding of every form; its types leave one out.
    return tf.fused.depthwiseConv2d({
      ...{ x: images, filter: kernel, strides, dilations, ...ending },
      pad: pad as 'valid',
    });
  });
}

export function pool(images: tf.Tensor4D, reduction: 'max' | 'average', window: ImageWindow): tf.Tensor {
  const operation = reduction === 'max' ? tf.maxPool : tf.avgPool;
  return slide(window, (strides, padding) =>
    operation(images, numbers(window.window), strides, padding as Parameters<typeof tf.maxPool>[3]),
  );
}

/**
 * Reduces all positions, `[batch, 1, 1, channels]`, one axis after the other: shorter sums in float32 lose less, and pooling
 * is faster than `tf.mean` by an order of magnitude.
 */
export function poolAllPositions(images: tf.Tensor4D, reduction: 'max' | 'average'): tf.Tensor {
  const over = (x: tf.Tensor4D, window: Pair): tf.Tensor4D => {
    // Backends refuse to pool single cells.
    if (window[0] === 1 && window[1] === 1) return x;
    const none: Pair = [0, 0];
    const sliding = { window, strides: window, dilation: [1, 1], padBefore: none, padAfter: none } as const;
    return pool(x, reduction, sliding) as tf.Tensor4D;
  };
  const [, height, width] = images.shape;
  return over(over(images, [1, width]), [height, 1]);
}

/** TensorFlow.js refuses strides together with dilation: then every cell is computed, and some are kept. */
function slide(
  { strides, dilation, padBefore, padAfter }: ImageWindow,
  operation: ImageOperation,
): tf.Tensor {
  const pads = [...padBefore, ...padAfter].some((count) => count > 0);
  const padding: Padding = pads
    ? [
        [0, 0],
        [padBefore[0], padAfter[0]],
        [padBefore[1], padAfter[1]],
        [0, 0],
      ]
    : 'valid';
  const isDense = dilation.some((step) => step > 1) && strides.some((step) => step > 1);
  if (!isDense) return operation(numbers(strides), padding);
  const found = operation([1, 1], padding);
  return found.stridedSlice([0, 0, 0, 0], found.shape, [1, ...strides, 1]);
}

function numbers([height, width]: Pair): Numbers {
  return [height, width];
}
