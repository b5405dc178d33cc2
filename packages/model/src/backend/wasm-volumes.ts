import * as tf from '@tensorflow/tfjs';
import { maxPoolVolume, maxPoolVolumeGradient } from './max-pool-volume.ts';

/**
 * Replaces the kernels for volumes (`[n, depth, height, width, channels]`) that the WASM backend computes wrongly.
 *
 * As shipped (4.22) its 3-D max pooling starts from the smallest positive number, so that no window of negative values has
 * its maximum, and the gradients of its 3-D convolution, one of which is the transposed convolution, differ from those of
 * the CPU backend by as much as the values themselves. Here they are made of its 3-D convolution and its matrix product,
 * which are right. Delete a kernel here when upstream's passes the test.
 */
export function repairVolumes(): void {
  for (const kernel of KERNELS) {
    const { kernelName } = kernel;
    const present = tf.getKernel(kernelName, 'wasm');
    if (present.kernelFunc === kernel.kernelFunc) continue;
    shippedKernels.set(kernelName, present);
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
}

/** What was replaced, by name: the test looks whether it is still wrong. */
export const shippedKernels = new Map<string, tf.KernelConfig>();

type KernelCall = Parameters<tf.KernelFunc>[0];
type Triple = readonly [number, number, number];
type Shape5 = [number, number, number, number, number];

const KERNELS: readonly tf.KernelConfig[] = [
  { kernelName: tf.MaxPool3D, backendName: 'wasm', kernelFunc: maxPoolVolume },
  { kernelName: tf.MaxPool3DGrad, backendName: 'wasm', kernelFunc: maxPoolVolumeGradient },
  { kernelName: tf.Conv3DBackpropInputV2, backendName: 'wasm', kernelFunc: inputGradient },
  { kernelName: tf.Conv3DBackpropFilterV2, backendName: 'wasm', kernelFunc: filterGradient },
];

/**
 * dX = dY, spread out by the strides, convolved with the filter turned around; a transposed convolution of dY.
 * `[n, depth, height, width, channels]`
 */
function inputGradient({ inputs, attrs }: KernelCall): tf.TensorInfo {
  const [dy, filter] = [tensorOf(inputs, 'dy'), tensorOf(inputs, 'filter')];
  const { strides, pad, inputShape } = attrs as unknown as tf.Conv3DBackpropInputV2Attrs;
  const info = tf.backend_util.computeConv3DInfo(inputShape, filter.shape, strides, 1, pad);
  return tf.tidy(() => {
    const turned = tf.transpose(tf.reverse(filter, [0, 1, 2]), [0, 1, 2, 4, 3]);
    const window = sizesOf(info, 'filter');
    const before = padsOf(info).map((size, axis) => window[axis]! - 1 - size);
    const sizes = sizesOf(info, 'in').map((size, axis) => size + window[axis]! - 1);
    return tf.conv3d(fit(spread(dy, sizesOf(info, 'stride')), before, sizes), turned, 1, 'valid');
  });
}

/** dW[i, j, k] = sum over all windows of X[... i, j, k]^T dY. `[depth, height, width, channels, filters]` */
function filterGradient({ inputs, attrs }: KernelCall): tf.TensorInfo {
  const [x, dy] = [tensorOf(inputs, 'x'), tensorOf(inputs, 'dy')];
  const { strides, pad, filterShape } = attrs as unknown as tf.Conv3DBackpropFilterV2Attrs;
  const info = tf.backend_util.computeConv3DInfo(x.shape, filterShape, strides, 1, pad);
  const [batch, channels] = [info.batchSize, info.inChannels];
  const [window, out, step] = [sizesOf(info, 'filter'), sizesOf(info, 'out'), sizesOf(info, 'stride')];
  return tf.tidy(() => {
    const sizes = out.map((size, axis) => (size - 1) * step[axis]! + window[axis]!);
    const seen = fit(x, padsOf(info), sizes);
    const slopes = tf.reshape(dy, [-1, info.outChannels]);
    const taps: tf.Tensor[] = [];
    for (let i = 0; i < window[0]; i++) {
      for (let j = 0; j < window[1]; j++) {
        for (let k = 0; k < window[2]; k++) {
          const first = [i, j, k];
          const last = first.map((at, axis) => at + (out[axis]! - 1) * step[axis]! + 1);
          const tap = tf.stridedSlice(seen, [0, ...first, 0], [batch, ...last, channels], [1, ...step, 1]);
          taps.push(tf.matMul(tf.reshape(tap, [-1, channels]), slopes, true));
        }
      }
    }
    return tf.reshape(tf.stack(taps), filterShape);
  });
}

/** Zeros between the elements, and after the last, along the axes of positions. */
function spread(values: tf.Tensor5D, step: Triple): tf.Tensor5D {
  return step.reduce<tf.Tensor5D>((x, stride, axis) => {
    if (stride === 1) return x;
    const shape: Shape5 = [...x.shape];
    const behind = shape.slice(axis + 2).reduce((product, size) => product * size, 1);
    const rows = tf.pad(tf.reshape(x, [-1, 1, behind]), [
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ]);
    shape[axis + 1] = x.shape[axis + 1]! * stride;
    return tf.reshape(rows, shape);
  }, values);
}

/** `x` moved by `offset` along the axes of positions (cropped where negative), on zeros, cut to `sizes`. */
function fit(x: tf.Tensor5D, offset: readonly number[], sizes: readonly number[]): tf.Tensor5D {
  const [batch, , , , channels] = x.shape;
  const crop = offset.map((by) => Math.max(0, -by));
  const pads = offset.map((by, axis): [number, number] => {
    const before = Math.max(0, by);
    return [before, Math.max(0, sizes[axis]! + crop[axis]! - before - x.shape[axis + 1]!)];
  });
  const padded = tf.pad(x, [[0, 0], ...pads, [0, 0]]);
  return tf.slice(padded, [0, ...crop, 0], [batch, ...sizes, channels]);
}

function sizesOf(info: tf.backend_util.Conv3DInfo, of: 'in' | 'out' | 'filter' | 'stride'): Triple {
  return [info[`${of}Depth`], info[`${of}Height`], info[`${of}Width`]];
}

function padsOf({ padInfo }: tf.backend_util.Conv3DInfo): Triple {
  return [padInfo.front, padInfo.top, padInfo.left];
}

/** Kernels are handed tensors or bare descriptions of them; operations want tensors. */
function tensorOf(inputs: KernelCall['inputs'], name: string): tf.Tensor5D {
  const info = inputs[name];
  if (info === undefined)
    throw new Error(`A kernel of 3-D convolution was called without its input ${name}.`);
  return (info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info)) as tf.Tensor5D;
}
