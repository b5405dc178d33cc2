import * as tf from '@tensorflow/tfjs';

/**
 * The gradient of a max pooling: each element of dY goes to the first largest element of its window, in the order of rows
 * and columns. `[n, height, width, channels]`
 *
 * The kernel that the WASM backend ships (4.22) adds dY at wrong places: on windows of 2 by 2 with stride 2 and no ties
 * it differs from the CPU backend's by as much as the values themselves. Delete this one when upstream's passes the test.
 */
export function maxPoolGradient({ inputs, attrs }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolGradAttrs;
  const shape = input.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth } = info;
  const [values, slopes] = [valuesOf(input), valuesOf(dy)];
  const gradient = new Float32Array(values.length);
  for (let n = 0; n < batchSize; n++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * info.strideHeight - info.padInfo.top;
      const [firstRow, lastRow] = [Math.max(0, top), Math.min(inHeight, top + info.filterHeight)];
      for (let column = 0; column < outWidth; column++) {
        const left = column * info.strideWidth - info.padInfo.left;
        const [firstColumn, lastColumn] = [Math.max(0, left), Math.min(inWidth, left + info.filterWidth)];
        const out = ((n * outHeight + row) * outWidth + column) * channels;
        for (let channel = 0; channel < channels; channel++) {
          let largest = -Infinity;
          let at = -1;
          for (let y = firstRow; y < lastRow; y++) {
            for (let x = firstColumn; x < lastColumn; x++) {
              const index = ((n * inHeight + y) * inWidth + x) * channels + channel;
              if (values[index]! > largest) {
                largest = values[index]!;
                at = index;
              }
            }
          }
          if (at >= 0) gradient[at]! += slopes[out + channel]!;
        }
      }
    }
  }
  return tf.tensor(gradient, shape);
}

/** Kernels are handed tensors or bare descriptions of them. */
function valuesOf(info: tf.TensorInfo): Float32Array {
  const tensor = info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
  return tensor.dataSync<'float32'>();
}
