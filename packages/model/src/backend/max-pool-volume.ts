import * as tf from '@tensorflow/tfjs';

type KernelCall = Parameters<tf.KernelFunc>[0];
type Geometry = ReturnType<typeof tf.backend_util.computePool3DInfo>;

/** The largest value of each window. `[n, depth, height, width, channels]` */
export function maxPoolVolume({ inputs, attrs }: KernelCall): tf.TensorInfo {
  const { x } = inputs as { x: tf.TensorInfo };
  const settings = attrs as unknown as tf.MaxPool3DAttrs;
  if (settings.dataFormat !== 'NDHWC') {
    throw new Error(
      `The WASM backend pools channels-last (NDHWC) volumes only; this layer has ${settings.dataFormat}.`,
    );
  }
  const info = geometryOf(x, settings);
  const values = valuesOf(x);
  const largest = Float32Array.from(positionsOfLargest(values, info), (at) => values[at]!);
  return tf.tensor(largest, info.outShape);
}

/** Each element of dY goes to the last largest element of its window, as on the CPU backend. In the shape of the input. */
export function maxPoolVolumeGradient({ inputs, attrs }: KernelCall): tf.TensorInfo {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const [values, slopes] = [valuesOf(input), valuesOf(dy)];
  const gradient = new Float32Array(values.length);
  const info = geometryOf(input, attrs as unknown as tf.MaxPool3DGradAttrs);
  positionsOfLargest(values, info).forEach((at, out) => {
    gradient[at]! += slopes[out]!;
  });
  return tf.tensor(gradient, input.shape);
}

function geometryOf(
  { shape }: tf.TensorInfo,
  { filterSize, strides, pad, dimRoundingMode }: tf.MaxPool3DGradAttrs,
): Geometry {
  const volume = shape as [number, number, number, number, number];
  return tf.backend_util.computePool3DInfo(volume, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Where the largest value of each window is among the values, in the shape of the result; of equal ones the last. */
function positionsOfLargest(values: Float32Array, info: Geometry): Uint32Array {
  const { inDepth, inHeight, inWidth, inChannels: channels, padInfo } = info;
  const positions = new Uint32Array(info.outShape.reduce((product, size) => product * size, 1));
  let out = 0;
  for (let n = 0; n < info.batchSize; n++) {
    for (let slice = 0; slice < info.outDepth; slice++) {
      const [z0, z1] = within(inDepth, slice * info.strideDepth - padInfo.front, info.filterDepth);
      for (let row = 0; row < info.outHeight; row++) {
        const [y0, y1] = within(inHeight, row * info.strideHeight - padInfo.top, info.filterHeight);
        for (let column = 0; column < info.outWidth; column++) {
          const [x0, x1] = within(inWidth, column * info.strideWidth - padInfo.left, info.filterWidth);
          for (let channel = 0; channel < channels; channel++) {
            let best = (((n * inDepth + z0) * inHeight + y0) * inWidth + x0) * channels + channel;
            for (let z = z0; z < z1; z++) {
              for (let y = y0; y < y1; y++) {
                const line = ((n * inDepth + z) * inHeight + y) * inWidth;
                for (let x = x0; x < x1; x++) {
                  const at = (line + x) * channels + channel;
                  // NaN counts as the largest, so that it does not vanish.
                  if (values[at]! >= values[best]! || Number.isNaN(values[at])) best = at;
                }
              }
            }
            positions[out++] = best;
          }
        }
      }
    }
  }
  return positions;
}

/** The part of a window that lies within an axis. */
function within(length: number, start: number, size: number): [first: number, end: number] {
  return [Math.max(0, start), Math.min(length, start + size)];
}

/** Kernels are handed tensors or bare descriptions of them. */
function valuesOf(info: tf.TensorInfo): Float32Array {
  const tensor = info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info);
  return tensor.dataSync<'float32'>();
}
