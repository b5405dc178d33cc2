import { linearMultiplyAdds } from './multiply-adds.ts';
import { isWindowOfOnes } from './sliding-window.ts';
import { channelsOf, positionsOf, sizeOf } from '../tail/shape.ts';
import { always, present, type Facts } from './facts.ts';
import { windowsOfGroups } from './support.ts';

/**
 * Convolution over the position axes (one or two); every array of numbers holds one for each of them. Output position
 * o reads the input at `o * strides + t * dilation - padBefore` for every tap t of the window; cells outside the input
 * are zero, before its first position and beyond its last alike (the node's shape says how far the output goes).
 *
 *     y[o, f] = bias[f] + sum over t, c of x[o * strides + t * dilation - padBefore, c] * kernel[t, c, f]
 *
 * With groups, filter f reads the channels of its group alone, the `floor(f / (filters / groups))`-th of as many neighbors each,
 * and c counts within the group. As many groups as channels are `depthwise`.
 *
 * A 1x1 convolution has a window of ones.
 */
export interface ConvolutionOperation {
  readonly kind: 'convolution';
  readonly filters: number;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  /** How many parts, which know nothing of each other, channels and filters fall into; one where it is left out. */
  readonly groups?: number;
  /** Row-major `[...window, channels / groups, filters]`. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

export const convolutionFacts: Facts<ConvolutionOperation> = {
  isLinear: always(true),
  isElementwise: false,
  channels: always(null),
  support: (operation, [x = []], shape) => windowsOfGroups(operation, x, shape, operation.groups ?? 1),
  shape: ({ filters }, _, stated) => [...positionsOf(stated), filters],
  multiplyAdds: ({ window, groups = 1 }, input, shape) =>
    linearMultiplyAdds(shape, window, channelsOf(input) / groups),
  // Without groups, as the kernels of this package read it.
  kernel: ({ window, filters }, input) => ({ rows: sizeOf(window) * channelsOf(input), columns: filters }),
  weights: ({ kernel, bias }) => ({ factors: [kernel], summands: present(bias) }),
  fusible: (operation) =>
    isWindowOfOnes(operation) && (operation.groups ?? 1) === 1
      ? { place: 'kernel', kernel: operation.kernel }
      : null,
  ownEpilogue: null,
  axes: always(1),
};
