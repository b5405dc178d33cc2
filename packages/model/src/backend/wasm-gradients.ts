import * as tf from '@tensorflow/tfjs';
import { areWeightsConstant } from './constant-weights.ts';
import { maxPoolGradient } from './max-pool-gradient.ts';

/**
 * The gradients of convolutions that the WASM backend lacks or computes slowly, written as convolutions, and that of max
 * pooling, which it computes wrongly.
 *
 * As shipped (4.22) the backend has no kernel for the filter gradients, none for the input gradient of a depthwise
 * convolution, and a scalar loop for the input gradient of an ordinary one (tensorflow/tfjs#8474). All four are
 * convolutions again, which the backend hands to XNNPACK. Delete a kernel here when upstream has a fast one.
 */
export function registerWasmGradients(): void {
  for (const kernel of gradientKernels) {
    const present = findKernel(kernel.kernelName);
    if (present?.kernelFunc === kernel.kernelFunc) continue;
    if (present !== undefined) {
      stockKernels.set(kernel.kernelName, present);
      tf.unregisterKernel(kernel.kernelName, 'wasm');
    }
    tf.registerKernel(kernel);
  }
}

/** Undefined where there is none, which the types of TF.js do not say. */
function findKernel(name: string): tf.KernelConfig | undefined {
  return tf.getKernel(name, 'wasm');
}

type ConvInfo = tf.backend_util.Conv2DInfo;
type KernelCall = Parameters<tf.KernelFunc>[0];

const stockKernels = new Map<string, tf.KernelConfig>();

const gradientKernels: readonly tf.KernelConfig[] = [
  { kernelName: tf.Conv2DBackpropFilter, backendName: 'wasm', kernelFunc: conv2dFilterGradient },
  { kernelName: tf.Conv2DBackpropInput, backendName: 'wasm', kernelFunc: conv2dInputGradient },
  {
    kernelName: tf.DepthwiseConv2dNativeBackpropFilter,
    backendName: 'wasm',
    kernelFunc: depthwiseFilterGradient,
  },
  {
    kernelName: tf.DepthwiseConv2dNativeBackpropInput,
    backendName: 'wasm',
    kernelFunc: depthwiseInputGradient,
  },
  { kernelName: tf.MaxPoolGrad, backendName: 'wasm', kernelFunc: maxPoolGradient },
];

/**
 * dW[i, j, c, o] = sum over n, y, x of X[n, y s + i, x s + j, c] dY[n, y, x, o]: a convolution of the input, with
 * images and channels exchanged, by dY as its filter, dilated by the stride. `[kh, kw, channels, filters]`
 */
function conv2dFilterGradient({ inputs, attrs }: KernelCall): tf.TensorInfo {
  const [x, dy] = [tensorOf(inputs, 'x'), tensorOf(inputs, 'dy')];
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } =
    attrs as unknown as tf.Conv2DBackpropFilterAttrs;
  assertChannelsLast(dataFormat);
  if (areWeightsConstant()) return tf.fill(filterShape, 0);
  const info = convInfo(x.shape, filterShape, strides, pad, dimRoundingMode);
  return tf.tidy(() => {
    const images = tf.transpose(windowOf(x, info), [3, 1, 2, 0]);
    const filters = tf.transpose(dy, [1, 2, 0, 3]);
    const gradient = tf.conv2d(images, filters, 1, 'valid', 'NHWC', [info.strideHeight, info.strideWidth]);
    return tf.transpose(gradient, [1, 2, 0, 3]);
  });
}

/** dX = dY, spread out by the stride, convolved with the filter turned by 180 degrees. `[n, height, width, channels]` */
function conv2dInputGradient(call: KernelCall): tf.TensorInfo | tf.TensorInfo[] {
  const [dy, filter] = [tensorOf(call.inputs, 'dy'), tensorOf(call.inputs, 'filter')];
  const { strides, pad, dataFormat, dimRoundingMode, inputShape } =
    call.attrs as unknown as tf.Conv2DBackpropInputAttrs;
  const stock = stockKernels.get(tf.Conv2DBackpropInput);
  if (dataFormat !== 'NHWC' && stock !== undefined) return stock.kernelFunc(call);
  const info = convInfo(inputShape, filter.shape, strides, pad, dimRoundingMode);
  return tf.tidy(() => {
    const turned = tf.transpose(turn(filter), [0, 1, 3, 2]);
    const { slopes, border } = surround(spread(dy, info), info);
    return tf.conv2d(slopes, turned, 1, border);
  });
}

/** dW[i, j, c, m] = sum over n, y, x of X[n, y s + i, x s + j, c] dY[n, y, x, c M + m]. */
function depthwiseFilterGradient({ inputs, attrs }: KernelCall): tf.TensorInfo {
  const [x, dy] = [tensorOf(inputs, 'x'), tensorOf(inputs, 'dy')];
  const { strides, pad, dimRoundingMode, filterShape } =
    attrs as unknown as tf.DepthwiseConv2dNativeBackpropFilterAttrs;
  const info = convInfo(x.shape, filterShape, strides, pad, dimRoundingMode, true);
  const [filterHeight, filterWidth, channels, multiplier] = filterShape;
  return tf.tidy(() => {
    const window = windowOf(x, info);
    const [batch, rows, columns] = [info.batchSize, info.outHeight, info.outWidth];
    const cells = batch * rows * columns;
    const slopes = tf.reshape(dy, [cells, channels, multiplier]);
    const taps: tf.Tensor[] = [];
    for (let i = 0; i < filterHeight; i++) {
      for (let j = 0; j < filterWidth; j++) {
        const seen = tf.stridedSlice(
          window,
          [0, i, j, 0],
          [batch, i + (rows - 1) * info.strideHeight + 1, j + (columns - 1) * info.strideWidth + 1, channels],
          [1, info.strideHeight, info.strideWidth, 1],
        );
        taps.push(tf.sum(tf.mul(tf.reshape(seen, [cells, channels, 1]), slopes), 0));
      }
    }
    return tf.reshape(tf.stack(taps), filterShape);
  });
}

/** As `conv2dInputGradient`, one depthwise convolution for each of the M outputs of a channel. */
function depthwiseInputGradient({ inputs, attrs }: KernelCall): tf.TensorInfo {
  const [dy, filter] = [tensorOf(inputs, 'dy'), tensorOf(inputs, 'filter')];
  const { strides, pad, dimRoundingMode, inputShape } =
    attrs as unknown as tf.DepthwiseConv2dNativeBackpropInputAttrs;
  const info = convInfo(inputShape, filter.shape, strides, pad, dimRoundingMode, true);
  const [, , channels, multiplier] = filter.shape;
  return tf.tidy(() => {
    const turned = turn(filter);
    const { slopes, border } = surround(spread(dy, info), info);
    if (multiplier === 1) return tf.depthwiseConv2d(slopes, turned, 1, border);
    const [batch, height, width] = slopes.shape;
    const bySlot = tf.reshape(slopes, [batch * height * width, channels, multiplier]);
    const parts: tf.Tensor[] = [];
    for (let slot = 0; slot < multiplier; slot++) {
      const part = tf.reshape(tf.slice(bySlot, [0, 0, slot], [-1, -1, 1]), [batch, height, width, channels]);
      const taps = tf.slice(turned, [0, 0, 0, slot], [-1, -1, -1, 1]);
      parts.push(tf.depthwiseConv2d(part as tf.Tensor4D, taps, 1, border));
    }
    return tf.addN(parts);
  });
}

function convInfo(
  inputShape: readonly number[],
  filterShape: [number, number, number, number],
  strides: number | [number, number],
  pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4],
  rounding: 'floor' | 'round' | 'ceil' | undefined,
  depthwise = false,
): ConvInfo {
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape,
    strides,
    /* dilations, which TF.js refuses in gradients */ 1,
    pad,
    rounding,
    depthwise,
  );
}

/** The filter turned by 180 degrees. Its taps are copied whole, which the backend's reversal does element by element. */
function turn(filter: tf.Tensor4D): tf.Tensor4D {
  const [height, width, inputs, outputs] = filter.shape;
  const taps = height * width;
  if (taps === 1) return filter;
  const size = inputs * outputs;
  const values = filter.dataSync<'float32'>();
  const turned = new Float32Array(values.length);
  for (let tap = 0; tap < taps; tap++) {
    turned.set(values.subarray(tap * size, (tap + 1) * size), (taps - 1 - tap) * size);
  }
  return tf.tensor4d(turned, filter.shape);
}

/** The part of the padded input that the filter ever touches: `(out - 1) stride + extent` rows, columns likewise. */
function windowOf(x: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const rows = (info.outHeight - 1) * info.strideHeight + info.filterHeight;
  const columns = (info.outWidth - 1) * info.strideWidth + info.filterWidth;
  const { top, left } = info.padInfo;
  return fit(x, [top, left], [rows, columns]);
}

/** Zeros between the elements of dY, so that a convolution of any stride is undone by one of stride 1. */
function spread(dy: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const { strideHeight, strideWidth, outHeight, outWidth, outChannels, batchSize } = info;
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const wide = tf.pad(tf.reshape(dy, [-1, 1, outChannels]), [
    [0, 0],
    [0, strideWidth - 1],
    [0, 0],
  ]);
  const rowLength = outWidth * strideWidth * outChannels;
  const tall = tf.pad(tf.reshape(wide, [-1, 1, rowLength]), [
    [0, 0],
    [0, strideHeight - 1],
    [0, 0],
  ]);
  return tf.reshape(tall, [batchSize, outHeight * strideHeight, outWidth * strideWidth, outChannels]);
}

/** dY, and the border of zeros that makes its convolution by the turned filter as large as the input. */
function surround(dy: tf.Tensor4D, info: ConvInfo): { slopes: tf.Tensor4D; border: Border } {
  const [, height, width] = dy.shape;
  const { top, left } = info.padInfo;
  const rows = [info.filterHeight - 1 - top, info.inHeight + top - height] as const;
  const columns = [info.filterWidth - 1 - left, info.inWidth + left - width] as const;
  // What the forward pass has never read, or what `spread` appends, goes over the edge.
  const slopes = crop(dy, rows.map(overEdge), columns.map(overEdge));
  return { slopes, border: [[0, 0], rows.map(inside), columns.map(inside), [0, 0]] as Border };
}

type Border = Exclude<Parameters<typeof tf.conv2d>[3], string | number>;

const overEdge = (size: number): number => Math.max(0, -size);
const inside = (size: number): number => Math.max(0, size);

/** `x` moved down and right by `offset` (cropped where negative), on zeros, cut to `size`. */
function fit(
  x: tf.Tensor4D,
  offset: readonly [number, number],
  size: readonly [number, number],
): tf.Tensor4D {
  const [rows, columns] = offset.map((before, axis) => [before, size[axis]! - before - x.shape[axis + 1]!]);
  const part = crop(x, rows!.map(overEdge), columns!.map(overEdge));
  const border = [[0, 0], rows!.map(inside), columns!.map(inside), [0, 0]] as [number, number][];
  return border.flat().every((cells) => cells === 0) ? part : tf.pad(part, border);
}

/** `x` without so many rows and columns at its beginning and end; itself where these are none. */
function crop(x: tf.Tensor4D, rows: readonly number[], columns: readonly number[]): tf.Tensor4D {
  const [[top, bottom], [left, right]] = [rows, columns] as [[number, number], [number, number]];
  if (top + bottom + left + right === 0) return x;
  const [batch, height, width, channels] = x.shape;
  return tf.slice(x, [0, top, left, 0], [batch, height - top - bottom, width - left - right, channels]);
}

/** Kernels are handed tensors or bare descriptions of them; operations want tensors. */
function tensorOf(inputs: KernelCall['inputs'], name: string): tf.Tensor4D {
  const info = inputs[name];
  if (info === undefined) throw new Error(`A convolution gradient was called without its input ${name}.`);
  return (info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info)) as tf.Tensor4D;
}

function assertChannelsLast(dataFormat: string): void {
  if (dataFormat !== 'NHWC') {
    throw new Error(
      `The WASM backend convolves channels-last (NHWC) tensors only; this layer has ${dataFormat}.`,
    );
  }
}
