import { sizeOf } from '../tail/shape.ts';
import type { ConvolutionOperation } from './convolution.ts';

/** The kernel of a convolution in groups, `[...window, channels / groups, filters]`. */
export interface GroupedKernel {
  readonly groups: number;
  readonly values: Float32Array;
}

/** Both are arrays of the tail, so one lives as long as the other. */
const whole = new WeakMap<Float32Array, Float32Array>();

/** The kernel of a convolution of more than one group as it is; null of one. */
export function groupedKernel({ groups = 1, kernel }: ConvolutionOperation): GroupedKernel | null {
  return groups === 1 ? null : { groups, values: kernel };
}

/**
 * Returns the kernel for all channels, `[...window, channels, filters]`, with zeros where a filter does not read a channel; nobody
 * may write to it.
 */
export function ungroupedKernel({
  groups = 1,
  kernel,
  filters,
  window,
}: Pick<ConvolutionOperation, 'groups' | 'kernel' | 'filters' | 'window'>): Float32Array {
  if (groups === 1) return kernel;
  const own = kernel.length / (sizeOf(window) * filters);
  const known = whole.get(kernel) ?? withZeros(kernel, own * groups, filters, groups);
  whole.set(kernel, known);
  return known;
}

function withZeros(kernel: Float32Array, channels: number, filters: number, groups: number): Float32Array {
  const [own, each] = [channels / groups, filters / groups];
  const result = new Float32Array(kernel.length * groups);
  for (let row = 0; row * filters < kernel.length; row++) {
    const tap = Math.floor(row / own);
    for (let group = 0; group < groups; group++) {
      const from = row * filters + group * each;
      const channel = group * own + (row % own);
      result.set(kernel.subarray(from, from + each), (tap * channels + channel) * filters + group * each);
    }
  }
  return result;
}
